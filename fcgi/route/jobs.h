/* jobs.h - from a request to a job of one of the kinds in kinds.c.  Responder thread. */
#pragma once

#include "hub/kind/kind.h"
#include "request/request.h"
#include "route/idempotency.h"

enum { JOBS_E_FORBIDDEN = 100 /* beside the positive answers of the store */ };

/* How a job is asked for by POST, beside what is asked for. */
struct jobs_terms {
    struct idempotency idempotency;
    int priority;
    const char *metadata; /* JSON, an object, which a new job keeps; NULL: none */
};

/* A member of the body of POST /api/jobs that brings along what its job is made from, in place of
 * the id of a subject. */
struct jobs_brought {
    const char *member;          /* "case" */
    const struct job_kind *kind; /* where this process knows it */
    /* Checks the value, which it may change.  `*ret_subject` names the job's subject, `*ret_input`
     * is its input for prepare(); the caller frees both.  False: the request was answered. */
    bool (*read)(
        struct request *request, json_t *value, char **ret_subject, char **ret_input);
};

/* Creates a job or attaches to the one that is there (store_job_open()).  The caller clears
 * `*ret_job`.
 *
 * A page of another site only attaches: JOBS_E_FORBIDDEN where there is nothing.  -ERR_INPUT: the
 * subject can't be one of this kind.  STORE_E_NOT_FOUND: there is no such subject.  jobs_is_full():
 * too many jobs are queued.  STORE_E_REUSED: another body had this Idempotency-Key.  `err` has the
 * text in every case.  `terms` NULL: a GET. */
int jobs_open(struct request *request, const struct job_kind *kind, const struct job_ask *ask,
    const struct jobs_terms *terms, struct job *ret_job, bool *ret_is_new, struct error *err);

/* Notes that this viewer is told how `job` ended.  If it failed or was canceled, a GET of the same
 * viewer makes a new job only after two minutes without one; a POST makes one at once. */
void jobs_note_told(struct request *request, const struct job *job);

/* The job whose id stands in the route, and its kind.  JOBS_E_FORBIDDEN as for jobs_admit().
 * STORE_E_NOT_FOUND: there is no such job, or its kind is not known to this version.  `err` has the
 * text. On 0 the caller clears `*ret_job`; else there is nothing to clear. */
int jobs_find(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err);
/* The same, also if its kind is not known (any more): then `*ret_kind` is NULL. */
int jobs_look(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err);
/* As jobs_find() for a trusted client, whatever secret it has. */
int jobs_find_any(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err);

/* A job by its id, of whoever it is; else as jobs_find(). */
int jobs_get(struct request *request, const char *id, struct job *ret_job,
    const struct job_kind **ret_kind, struct error *err);

/* May this request read and cancel `job_id`?  0: yes, always if CASECAST_SECRET_KEY is not set, or
 * for operators.
 * JOBS_E_FORBIDDEN: its client_secret (jobs_secret()) is not that job's; `err` says why. */
int jobs_admit(struct request *request, const char *job_id, struct error *err);

/* After jobs_admit(): the answer sets the secret as a cookie for the folder of the job's files, as
 * no page can send a header when it loads them.  Nothing where secrets are off. */
void jobs_set_cookie(struct request *request, const struct job *job);

/* The client_secret of a request, valid as long as the request; "": none.  It is the argument, else
 * the header X-Client-Secret, else the cookie, which nginx passes on only for files. */
const char *jobs_secret(const struct request *request);

/* The name of this client among the viewers of a job (store.h): from its address and the argument
 * `viewer`, any text that a page chooses and sends with its streams and its cancel. */
void jobs_watcher(const struct request *request, char ret_watcher[static WATCHER_LEN + 1]);

/* The last message of a refused stream; NULL: none.  `kind` NULL: it is not known, and the first
 * kind of the table says it. */
const char *jobs_last_message(const struct request *request, const struct job_kind *kind);

/* Are too many jobs queued: in all, of the kind, or for the client? */
bool jobs_is_full(int rc);

/* The HTTP status of what a function of this header returned. */
int jobs_status(int rc, const struct error *err);
