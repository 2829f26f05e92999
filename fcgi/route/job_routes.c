/* job_routes.c - jobs without a stream: create or attach, read, access to their files, cancel. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "hub/pruner/pruner.h"
#include "request/answer.h"
#include "request/body.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/job_hooks.h"
#include "route/job_json.h"
#include "route/jobs.h"
#include "route/route.h"

/* --- create --- */

/* In {"caseId": "1"} the name of the member is that of the kind's subject, with "Id". */
static const struct job_kind *job_routes_kind(struct request *request, const char *member)
{
    for (const struct job_kind *const *kind = request->server->kinds; *kind; kind++) {
        size_t len = strlen((*kind)->subject_name);

        if (strncmp(member, (*kind)->subject_name, len) == 0 && strcmp(member + len, "Id") == 0)
            return *kind;
    }
    return NULL;
}

/* Answers with `before` and an example for each kind. */
static void job_routes_refuse_body(struct request *request, const char *before)
{
    const struct job_kind *const *kinds = request->server->kinds;
    struct buf detail = {0};

    buf_add_text(&detail, before);
    for (int i = 0; kinds[i]; i++)
        buf_format(&detail, "%s{\"%sId\": \"%s\"}", i ? " or " : "", kinds[i]->subject_name,
            kinds[i]->subject_example);
    answer_problem(request, 400, "", detail.data);
    buf_free(&detail);
}

static void job_routes_refuse_member(
    struct request *request, const struct job_kind *kind, const char *member)
{
    struct error err;

    if (kind) {
        error_set(&err, ERR_INPUT, "%s: must be text, as in {\"%s\": \"%s\"}", member, member,
            kind->subject_example);
        answer_problem(request, 400, "", err.text);
    } else {
        error_set(&err, ERR_INPUT, "unknown member \"%.64s\": the body may be ", member);
        job_routes_refuse_body(request, err.text);
    }
}

static void job_routes_refuse_input(struct request *request, const struct job_kind *kind)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "input: jobs of the kind \"%s\" take none: ask with {\"%sId\": \"%s\"}", kind->name,
        kind->subject_name, kind->subject_example);
    answer_problem(request, 400, "", err.text);
}

static bool job_routes_is_beside(const char *name)
{
    static const char *const beside[] = {"input", "metadata", "priority", "webhook"};
    size_t i = 0;

    while (i < sizeof beside / sizeof *beside && strcmp(name, beside[i]) != 0)
        i++;
    return i < sizeof beside / sizeof *beside;
}

/* The one member that names a subject; NULL: there is none, or more than one. */
static const char *job_routes_member(json_t *body)
{
    const char *name, *member = NULL;
    json_t *value;
    int n = 0;

    json_object_foreach(body, name, value)
    {
        if (job_routes_is_beside(name))
            continue;
        member = name;
        n++;
    }
    return n == 1 ? member : NULL;
}

/* NULL: the body asks for no kind of job, and the request was answered.  `*ret_input`: the caller
 * frees it. */
static const struct job_kind *job_routes_read_body(
    struct request *request, json_t *body, struct job_ask *ret_ask, char **ret_input)
{
    const json_t *input = json_object_get(body, "input");
    const char *member = job_routes_member(body);
    const struct job_kind *kind = member ? job_routes_kind(request, member) : NULL;

    ret_ask->subject = json_string_value(json_object_get(body, member));
    if (!member) {
        job_routes_refuse_body(request, "the body must be one object with one member: ");
    } else if (!kind || !ret_ask->subject) {
        job_routes_refuse_member(request, kind, member);
    } else if (input && !kind->takes_input) {
        job_routes_refuse_input(request, kind);
    } else {
        ret_ask->input = *ret_input =
            input ? json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
        return kind;
    }
    return NULL;
}

/* The client that creates a job is trusted (by nginx), and hands the secret to its page. */
static json_t *job_routes_created(
    struct request *request, const struct job_kind *kind, const struct job *job)
{
    const struct config *config = request->server->config;
    json_t *json = job_json(kind, job);
    char secret[SECRET_MAX];
    int64_t expires_s;

    if (secret_is_needed(config)) {
        secret_make(config, job->id, secret, &expires_s);
        json_object_set_new(json, "clientSecret", json_string(secret));
        json_object_set_new(json, "clientSecretExpires", json_integer(expires_s));
    }
    return json;
}

/* A secret opens the job for any bearer, so only clients that nginx calls trusted get one.  False:
 * the request was answered. */
static bool job_routes_may_create(struct request *request)
{
    if (!secret_is_needed(request->server->config) || request->is_trusted)
        return true;
    answer_problem(request, 403, "",
        "while CASECAST_SECRET_KEY is set, jobs are made for the addresses in "
        "nginx/addresses.conf: "
        "ask your application server");
    return false;
}

/* A stranger must not push others back. */
static int job_routes_read_priority(
    const struct request *request, const json_t *body, int *ret_priority, struct error *err)
{
    const json_t *json = json_object_get(body, "priority");
    json_int_t priority = json_integer_value(json);

    *ret_priority = JOB_PRIORITY_NORMAL;
    if (!json)
        return 0;
    if (!json_is_integer(json) || priority < 0 || priority > JOB_PRIORITY_MAX)
        return error_set(err, ERR_INPUT, "priority: must be a whole number from 0 to %d, as in %d",
            JOB_PRIORITY_MAX, JOB_PRIORITY_NORMAL);
    *ret_priority = (int)priority;
    if (priority <= JOB_PRIORITY_NORMAL || request->is_trusted)
        return 0;
    error_set(err, ERR_INPUT,
        "priority %d: only the addresses in nginx/addresses.conf may ask for more than %d",
        *ret_priority, JOB_PRIORITY_NORMAL);
    return JOBS_E_FORBIDDEN;
}

/* The answer says that the webhook is kept, too: without an answer the client asks again. */
static void job_routes_open(struct request *request, const json_t *body,
    const struct job_kind *kind, const struct job_ask *ask, const struct job_hook *hook)
{
    struct jobs_terms terms;
    struct job job = {0};
    struct error err;
    bool is_new;
    int rc = idempotency_read(request, body, &terms.idempotency, &err);

    if (rc == 0)
        rc = job_routes_read_priority(request, body, &terms.priority, &err);
    if (rc == 0)
        rc = jobs_open(request, kind, ask, &terms, &job, &is_new, &err);
    if (rc != 0)
        answer_error_as(request, jobs_status(rc, &err), &err);
    else if (!hook->url || job_hook_add(request, job.id, hook))
        answer_json(request, is_new ? 202 : 200, job_routes_created(request, kind, &job));
    job_clear(&job);
}

void route_job_create(struct request *request)
{
    json_t *body = body_json(request);
    const struct job_kind *kind;
    struct job_ask ask = {0};
    struct job_hook hook = {0};
    char *input = NULL;

    if (!body)
        return;
    kind =
        job_routes_may_create(request) ? job_routes_read_body(request, body, &ask, &input) : NULL;
    if (kind && job_hook_read(request, body, &hook))
        job_routes_open(request, body, kind, &ask, &hook);
    job_hook_clear(&hook);
    free(input);
    json_decref(body);
}

/* --- read --- */

static void job_routes_answer(struct request *request, int rc, const struct job_kind *kind,
    const struct job *job, const struct error *err)
{
    if (rc == 0) {
        jobs_set_cookie(request, job);
        answer_json(request, 200, job_json(kind, job));
    } else {
        answer_error_as(request, jobs_status(rc, err), err);
    }
}

void route_job(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc = jobs_find(request, &job, &kind, &err);

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

    kind_finish(kind, JOB_CANCELED, NULL, NULL, &last);
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

    if (job_state_is_final(job->state) || job->cancel_wanted)
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
