/* secret.h - a client secret: its bearer may watch, read and cancel one job until it expires.
 *
 *   <job id>.<expiry, s since 1970>.<MAC, base64url>
 *
 * The MAC (libsodium's crypto_auth, HMAC-SHA-512/256) covers job id and expiry, under a key derived
 * from CASECAST_SECRET_KEY.  Every process with the same key accepts the same secrets; none is
 * stored.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/error.h"
#include "job/job.h"

enum { SECRET_MAX = 120 /* bytes with the NUL */ };

/* The folder that nginx serves the files of jobs with a secret from (nginx/casecast.conf). */
#define SECRET_FOLDER "secret"

/* CASECAST_SECRET_KEY is set: jobs are created by POST, and every request about a job needs its
 * secret. */
bool secret_is_needed(const struct config *config);

/* A secret for `job_id` that expires CASECAST_SECRET_TTL_S from now. */
void secret_make(const struct config *config, const char *job_id,
    char ret_secret[static SECRET_MAX], int64_t *ret_expires_s);

/* The job that `secret` opens.  -ERR_INPUT: missing, forged or expired; no text quotes it. */
int secret_check(const struct config *config, const char *secret,
    char ret_job_id[static JOB_ID_LEN + 1], struct error *err);
