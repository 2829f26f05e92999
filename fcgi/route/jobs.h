/* jobs.h - from a request to a job of one of the kinds in kinds.c.  Responder thread. */
#pragma once

#include "hub/kind/kind.h"
#include "request/request.h"

/* Create or attach (see store_job_open); a subject that can't be one of this kind is -ERR_INPUT.
 * The kind makes an input only where there is nothing to attach to.  A request from another site's
 * page only attaches (JOBS_E_FORBIDDEN where there is nothing).  Other positive answers are
 * STORE_E_…, with their message in `err`. */
int jobs_open(struct request *request, const struct job_kind *kind, const char *subject,
    struct job *ret_job, bool *ret_is_new, struct error *err);

/* This viewer is told how `job` ended.  If it failed or was canceled, a GET of the same viewer
 * begins it anew only after two minutes without one; a POST does at once. */
void jobs_told(struct request *request, const struct job *job);

/* The job whose id stands in the route, if the request may see it (jobs_admit), and its kind.
 * STORE_E_NOT_FOUND with its message: no such job, or one of a kind that this version does not
 * know.  On an answer other than 0 there is nothing to clear. */
int jobs_find(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err);

/* May this request see and touch `job_id`?  Always, unless CASECAST_SECRET_KEY is set: then its
 * client_secret (the argument, or the header X-Client-Secret) must be that job's.  JOBS_E_FORBIDDEN
 * with its message. */
int jobs_admit(struct request *request, const char *job_id, struct error *err);

/* The request may see `job`: so that its browser may also have the job's files, for which no page
 * can send a header, the answer sets the secret as a cookie for their folder.  Nothing where
 * secrets are off. */
void jobs_let_in(struct request *request, const struct job *job);

/* The client_secret of a request, "" for none: the argument, else the header, else that cookie,
 * which nginx passes on only where a file is asked for. */
const char *jobs_secret(const struct request *request);

/* Who asks, among the watchers of a job: by address, and by the argument `viewer`, any text that a
 * page chose for itself and gives with its streams and its cancel. */
void jobs_watcher(const struct request *request, char ret_watcher[static WATCHER_LEN + 1]);

/* The last message of a stream that is refused; NULL: none.  `kind` NULL: it is not known. */
const char *jobs_last_message(const struct request *request, const struct job_kind *kind);

enum { JOBS_E_FORBIDDEN = 100 /* beside the positive answers of the store */ };

/* What HTTP calls an answer of these. */
int jobs_status(int answer, const struct error *err);
