/* secret.h - a client secret: who holds it may watch, look at and cancel one job, until it expires.
 *
 *   <job id>.<expiry, s since 1970>.<MAC, base64url>
 *
 * The MAC (libsodium's crypto_auth, HMAC-SHA-512/256) is over job id and expiry, under a key
 * derived from CASECAST_SECRET_KEY; every process with the same key accepts the same secrets, and
 * none is stored.  Any thread. */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "base/error.h"
#include "job/job.h"

enum { SECRET_MAX = 120 };

/* Where nginx looks for the files of jobs that have one (nginx/casecast.conf). */
#define SECRET_FOLDER "secret"

/* CASECAST_SECRET_KEY is set: jobs are created by POST, and everything about them needs their
 * secret. */
bool secret_is_needed(const struct config *config);

/* A secret for `job_id` that expires CASECAST_SECRET_TTL_S from now. */
void secret_make(const struct config *config, const char *job_id,
    char ret_secret[static SECRET_MAX], int64_t *ret_expires_s);

/* The job that `secret` opens.  ERR_INPUT: missing, forged, or expired; the message never holds it.
 */
int secret_check(const struct config *config, const char *secret,
    char ret_job_id[static JOB_ID_LEN + 1], struct error *err);
