/* job_hooks.h - the member "webhook" of a POST /api/jobs.  Responder thread. */
#pragma once

#include <jansson.h>

#include "hooks/hook_url.h"
#include "request/request.h"

struct job_hook {
    const char *url; /* the body's; NULL: none is wanted */
    char host[HOOK_HOST_MAX + 1];
    char *events; /* as in struct hook_request */
};

/* False: it is wrong, or no webhook may go there, and the request was answered.  The caller
 * calls job_hook_clear() in any case. */
bool job_hook_read(struct request *request, json_t *body, struct job_hook *ret_hook);
void job_hook_clear(struct job_hook *hook);

/* The job's events go there from now on, each with `metadata` (JSON; NULL: none).  False: the
 * request was answered. */
bool job_hook_add(
    struct request *request, const char *job_id, const struct job_hook *hook, const char *metadata);
