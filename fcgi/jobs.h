/* jobs.h - from a request to a job of the table in kinds.c.  Responder thread. */
#pragma once

#include "hub/kind.h"
#include "request.h"

/* The kinds of job this program has, ending with NULL.  One line each. */
extern const struct job_kind *const job_kinds[];

/* Create or attach (see store_job_open).  Positive answers are STORE_E_…, with their message in
 * `err`. */
int jobs_open(struct request *request, const struct job_kind *kind, const char *subject,
    struct job *ret_job, bool *ret_is_new, struct error *err);

/* The job whose id stands in the route.  STORE_E_NOT_FOUND with its message. */
int jobs_find(struct request *request, struct job *ret_job, struct error *err);

/* What HTTP calls an answer of these two. */
int jobs_status(int answer, const struct error *err);
