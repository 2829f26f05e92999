/* publisher.h - who may publish: CASECAST_PUBLISH_KEY itself, or a token made with it, which is for
 * one job.
 *
 *   Authorization: Bearer KEY      an application server, cron: all jobs whose kind has no program
 *   Authorization: Bearer TOKEN    who works on one job, perhaps on a machine that is less trusted
 *
 * A token is a MAC of the job's id (libsodium's crypto_auth, HMAC-SHA-512/256), under a key derived
 * from CASECAST_PUBLISH_KEY.  Every process with the same key accepts it; none is stored.  It is of
 * no use once its job has ended, as ids are used once.  Any thread. */
#pragma once

#include "request/request.h"

enum { PUBLISHER_TOKEN_MAX = 48 /* bytes with the NUL */ };

/* Does the request bear the key? */
bool publisher_has_key(const struct request *request);

/* May the request publish the job?  -ERR_INPUT says what it lacks; no text quotes it. */
int publisher_check(const struct request *request, const char *job_id, struct error *err);

void publisher_token(
    const struct config *config, const char *job_id, char ret_token[static PUBLISHER_TOKEN_MAX]);
