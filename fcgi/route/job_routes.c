/* job_routes.c - a job that is there: read, access to its files, cancel, delete. */
#include <string.h>

#include "base/log.h"
#include "hub/pruner/pruner.h"
#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/job_json.h"
#include "route/jobs.h"
#include "route/route.h"

/* --- read --- */

static void job_routes_answer(struct request *request, int rc, const struct job_kind *kind,
    const struct job *job, const struct error *err)
{
    if (rc == 0) {
        jobs_set_cookie(request, job);
        answer_json(request, 200, job_json(request->server->config->prefix, kind, job));
    } else {
        answer_error_as(request, jobs_status(rc, err), err);
    }
}

void route_job(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc = jobs_look(request, &job, &kind, &err);

    job_routes_answer(request, rc, kind, &job, &err);
    job_clear(&job);
}

/* --- files --- */

/* nginx asks (auth_request) for a file in the folder that the route names; it ignores the body. */
void route_may_see(struct request *request)
{
    const struct config *config = request->server->config;
    char job_id[JOB_ID_LEN + 1];
    struct job job = {0};
    struct store *store;
    struct error err;
    int rc = STORE_E_NOT_FOUND;

    if (secret_is_needed(config) && secret_check(config, jobs_secret(request), job_id, &err) == 0) {
        rc = request_store(request, &store, &err);
        if (rc == 0)
            rc = store_job_get(store, job_id, &job, &err);
    }
    if (rc < 0)
        answer_empty(request, 503);
    else
        answer_empty(request, rc == 0 && strcmp(job.key, request->capture) == 0 ? 204 : 403);
    job_clear(&job);
}

/* --- cancel --- */

/* The first cancel decides; every later one gets the same answer. */
static int job_routes_cancel(
    struct request *request, const struct job_kind *kind, struct job *job, struct error *err)
{
    struct last_events last = {0};
    struct job after = {0};
    bool is_first;
    int rc;

    kind_finish(kind,
        &(struct job_end){
            .state = JOB_CANCELED, .traceparent = job->traceparent, .metadata = job->metadata},
        &last);
    rc = store_job_cancel(
        *request->store, job->id, CANCEL_ASKED, last.at, last.n, &after, &is_first, err);
    last_events_clear(&last);
    if (rc != 0)
        return rc;
    if (is_first)
        log_info("job %s: cancel was asked for", job->id);
    hub_poke(request->server->hub);
    job_clear(job);
    *job = after;
    return 0;
}

/* False: other viewers watch the job, which must not end for them, and the request was answered. */
static bool job_routes_may_cancel(struct request *request, const struct job *job)
{
    char watcher[WATCHER_LEN + 1];
    struct error err;
    int others;

    if (job_state_is_final(job->state) || job->cancel_wanted || request->is_operators)
        return true;
    jobs_watcher(request, watcher);
    if (store_audience_others(*request->store, job->id, watcher, &others, &err) < 0) {
        answer_error_as(request, answer_status(&err), &err);
        return false;
    }
    if (others == 0)
        return true;
    error_set(&err, ERR_INPUT,
        others == 1 ? "%d other still watches this job: it goes on"
                    : "%d others still watch this job: it goes on",
        others);
    answer_problem_with(request, 409, "", err.text, json_pack("{s:i}", "watching", others));
    return false;
}

void route_job_cancel(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc = jobs_find(request, &job, &kind, &err);

    if (rc != 0 || job_routes_may_cancel(request, &job)) {
        if (rc == 0)
            rc = job_routes_cancel(request, kind, &job, &err);
        job_routes_answer(request, rc, kind, &job, &err);
    }
    job_clear(&job);
}

/* --- delete --- */

void route_job_delete(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc;

    if (!request->is_trusted) {
        answer_problem(
            request, 403, "", "only the addresses in nginx/addresses.conf may delete jobs");
        return;
    }
    rc = jobs_find_any(request, &job, &kind, &err);
    if (rc == 0)
        rc = pruner_forget(*request->store, request->server->config, kind, &job, &err);
    if (rc == 0)
        answer_empty(request, 204);
    else if (rc == STORE_E_LIVE)
        answer_problem(request, 409, "", "the job has not ended: cancel it first");
    else
        answer_error_as(request, jobs_status(rc, &err), &err);
    job_clear(&job);
}
