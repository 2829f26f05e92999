/* publish.c - POST /api/jobs/{id}/events, …/progress and …/end: what a publisher says, and what it
 * is told. */
#include "publish/publish.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "program/said.h"
#include "publish/said_events.h"
#include "request/answer.h"
#include "request/body.h"
#include "request/server.h"
#include "route/job_json.h"
#include "route/jobs.h"
#include "route/publisher.h"

enum { REASON_MAX = 500 /* bytes of why a job failed */ };

/* One POST. */
struct publishing {
    struct request *request;
    const struct job_kind *kind;
    struct job job; /* as it was before */
    json_t *body;
    struct job_publication said;
    struct last_events last;
};

/* --- who, and of which job --- */

static bool publish_refuse(struct request *request, int status, const char *code,
    const struct job *job, const struct error *err)
{
    answer_problem_with(request, status, "", err->text,
        json_pack("{s:s, s:s}", "code", code, "state", job_state_name(job->state)));
    return false;
}

/* False: the request was answered. */
static bool publish_find(struct publishing *publishing)
{
    struct request *request = publishing->request;
    struct error err;
    int rc;

    if (publisher_check(request, request->capture, &err) < 0) {
        answer_error_as(request, 403, &err);
        return false;
    }
    rc = jobs_get(request, request->capture, &publishing->job, &publishing->kind, &err);
    if (rc != 0) {
        answer_error_as(request, jobs_status(rc, &err), &err);
        return false;
    }
    if (!publishing->kind->run)
        return true;
    error_set(&err, ERR_INPUT,
        "jobs of the kind \"%s\" are run by casecast: only those of a kind without Command are "
        "published from outside",
        publishing->kind->name);
    return publish_refuse(request, 409, "not published", &publishing->job, &err);
}

static bool publish_begin(struct publishing *publishing, struct request *request)
{
    *publishing = (struct publishing){
        .request = request, .said = {.job_id = request->capture, .run = -1, .most = SAID_MOST}};
    if (publish_find(publishing))
        publishing->body = body_json(request);
    return publishing->body;
}

static void publish_end(struct publishing *publishing)
{
    last_events_clear(&publishing->last);
    json_decref(publishing->body);
    job_clear(&publishing->job);
}

/* --- what the store answers --- */

static void publish_refuse_lost(struct publishing *publishing, const struct job *now)
{
    bool is_canceled = now->state == JOB_CANCELED || now->cancel_wanted;
    struct error err;

    if (is_canceled)
        error_set(&err, ERR_INPUT, "job %s was canceled: stop the work", now->id);
    else if (job_state_is_final(now->state))
        error_set(&err, ERR_INPUT, "job %s has ended already: %s%s%s", now->id,
            job_state_name(now->state), now->error ? ": " : "", now->error ? now->error : "");
    else
        error_set(&err, ERR_INPUT, "job %s is run by casecast, as its kind had a Command", now->id);
    publish_refuse(publishing->request, 409,
        is_canceled                      ? "canceled"
        : job_state_is_final(now->state) ? "ended"
                                         : "not published",
        now, &err);
}

static void publish_refuse_full(struct publishing *publishing)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "a job has at most %d events: say how far it is by POST /api/jobs/{id}/progress, which "
        "does "
        "not count",
        SAID_MOST);
    publish_refuse(publishing->request, 409, "full", &publishing->job, &err);
}

static void publish_note(struct publishing *publishing, const struct job *now)
{
    hub_poke(publishing->request->server->hub);
    if (!job_state_is_final(now->state) || job_state_is_final(publishing->job.state))
        return;
    hub_count_published(publishing->request->server->hub, now->state);
    log_info("job %s: %s, as its publisher says", now->id, job_state_name(now->state));
}

static void publish_say(struct publishing *publishing)
{
    struct request *request = publishing->request;
    struct job now = {0};
    struct error err;
    int rc = store_job_publish(*request->store, &publishing->said, &now, &err);

    if (rc == STORE_E_NOT_FOUND)
        error_set(&err, ERR_INPUT, "job %.64s not found", request->capture);
    if (rc == 0)
        publish_note(publishing, &now);
    if (rc == STORE_E_LOST)
        publish_refuse_lost(publishing, &now);
    else if (rc == STORE_E_FULL)
        publish_refuse_full(publishing);
    else if (rc != 0)
        answer_error_as(request, jobs_status(rc, &err), &err);
    else
        answer_json(
            request, 200, job_json(request->server->config->prefix, publishing->kind, &now));
    job_clear(&now);
}

/* --- events --- */

static void publish_events(struct request *request)
{
    struct publishing publishing;
    struct said_events events = {0};
    struct error err;

    if (publish_begin(&publishing, request)) {
        if (said_events_read(publishing.body, &events, &err) < 0) {
            answer_error(request, &err);
        } else {
            publishing.said.events = events.at;
            publishing.said.n_events = events.n;
            publish_say(&publishing);
        }
    }
    said_events_clear(&events);
    publish_end(&publishing);
}

/* --- progress --- */

static void publish_progress(struct request *request)
{
    struct publishing publishing;
    char *text = NULL;

    if (publish_begin(&publishing, request)) {
        text = json_is_object(publishing.body) ? said_text(publishing.body) : NULL;
        publishing.said.progress = text;
        if (text)
            publish_say(&publishing);
        else
            answer_problem(request, 400, "",
                "the body must be an object of at most 65536 bytes, as in {\"percent\": 40}");
    }
    free(text);
    publish_end(&publishing);
}

/* --- the end --- */

static int publish_read_end(struct publishing *publishing, char **ret_result, struct error *err)
{
    const json_t *result = json_object_get(publishing->body, "result");
    const char *error = json_string_value(json_object_get(publishing->body, "error"));

    if (json_object_size(publishing->body) != 1 || (!result && !error))
        return error_set(err, ERR_INPUT,
            "the body must be {\"result\": …} for a job that is done, or {\"error\": \"why\"} for "
            "one that has failed");
    if (error &&
        (!*error || strlen(error) > REASON_MAX || text_find_control(error, strlen(error), "") >= 0))
        return error_set(err, ERR_INPUT,
            "error: must be a text of 1 to %d bytes in one line, which viewers may read",
            REASON_MAX);
    if (result && !(*ret_result = said_text(result)))
        return error_set(err, ERR_INPUT, "result: is longer than 65536 bytes");
    publishing->said.end = result ? JOB_DONE : JOB_FAILED;
    publishing->said.result = *ret_result;
    publishing->said.error = error;
    return 0;
}

static void publish_close(struct request *request)
{
    struct publishing publishing;
    struct job_publication *said = &publishing.said;
    struct last_events *last = &publishing.last;
    char *result = NULL;
    struct error err;

    if (publish_begin(&publishing, request)) {
        if (publish_read_end(&publishing, &result, &err) < 0) {
            answer_error(request, &err);
        } else {
            kind_finish(publishing.kind,
                &(struct job_end){said->end, said->result, said->error, publishing.job.traceparent,
                    publishing.job.metadata},
                last);
            said->last = last->at;
            said->n_last = last->n;
            publish_say(&publishing);
        }
    }
    free(result);
    publish_end(&publishing);
}

const struct route publish_routes[] = {
    {"POST", "/api/jobs/{id}/end", publish_close},
    {"POST", "/api/jobs/{id}/events", publish_events},
    {"POST", "/api/jobs/{id}/progress", publish_progress},
    {NULL, NULL, NULL},
};
