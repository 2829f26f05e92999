/* job_routes.c - jobs without a stream: create or attach, look, have their files, cancel. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/jobs.h"
#include "route/route.h"

static json_t *parsed_or_null(const char *text)
{
    json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return json ? json : json_null();
}

static json_t *time_or_null(int64_t ms)
{
    return ms ? json_integer(ms) : json_null();
}

static json_t *snapshot(const struct job_kind *kind, const struct job *job)
{
    char *events = mem_format("/api/jobs/%s/events", job->id);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:s?, s:s}", "id",
        job->id, "kind", job->kind, kind->subject_name, job->subject, "state",
        job_state_name(job->state), "position", job->position, "createdMs",
        time_or_null(job->created_ms), "startedMs", time_or_null(job->started_ms), "endedMs",
        time_or_null(job->ended_ms), "progress", parsed_or_null(job->progress), "result",
        parsed_or_null(job->result), "error", job->error, "events", events);

    free(events);
    return json;
}

/* --- create --- */

/* {"caseId": "1"}: the name of the one member names the kind, its text is the subject. */
static const struct job_kind *kind_of_member(struct request *request, const char *member)
{
    for (const struct job_kind *const *kind = request->server->kinds; *kind; kind++) {
        size_t len = strlen((*kind)->subject_name);

        if (strncmp(member, (*kind)->subject_name, len) == 0 && strcmp(member + len, "Id") == 0)
            return *kind;
    }
    return NULL;
}

/* `before`, and then what a body may be. */
static void refuse_body(struct request *request, const char *before)
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

static void refuse_member(struct request *request, const struct job_kind *kind, const char *member)
{
    struct error err;

    if (kind) {
        error_set(&err, ERR_INPUT, "%s: must be text, as in {\"%s\": \"%s\"}", member, member,
            kind->subject_example);
        answer_problem(request, 400, "", err.text);
    } else {
        error_set(&err, ERR_INPUT, "unknown member \"%.64s\": what can be asked for is ", member);
        refuse_body(request, err.text);
    }
}

/* Answers by itself and gives NULL when the body asks for nothing we have. */
static const struct job_kind *read_wish(
    struct request *request, json_t *body, const char **ret_subject)
{
    const struct job_kind *kind;
    const char *member = json_is_object(body) ? json_object_iter_key(json_object_iter(body)) : NULL;

    if (!member || json_object_size(body) != 1) {
        refuse_body(request, "the body must be one object with one member: ");
        return NULL;
    }
    kind = kind_of_member(request, member);
    *ret_subject = json_string_value(json_object_get(body, member));
    if (kind && *ret_subject)
        return kind;
    refuse_member(request, kind, member);
    return NULL;
}

/* Whoever creates a job is trusted (nginx says who may), and hands the secret to its page. */
static json_t *created(struct request *request, const struct job_kind *kind, const struct job *job)
{
    const struct config *config = request->server->config;
    json_t *json = snapshot(kind, job);
    char secret[SECRET_MAX];
    int64_t expires_s;

    if (secret_is_needed(config)) {
        secret_make(config, job->id, secret, &expires_s);
        json_object_set_new(json, "clientSecret", json_string(secret));
        json_object_set_new(json, "clientSecretExpires", json_integer(expires_s));
    }
    return json;
}

/* Whoever gets a secret is whom it was made for: it goes to those whom nginx says we trust. */
static bool may_create(struct request *request)
{
    if (!secret_is_needed(request->server->config) || request->is_trusted)
        return true;
    answer_problem(request, 403, "",
        "while CASECAST_SECRET_KEY is set, jobs are made for the addresses in "
        "nginx/addresses.conf: "
        "ask your application server");
    return false;
}

void route_job_create(struct request *request)
{
    json_t *body = request_json(request);
    const struct job_kind *kind;
    const char *subject;
    struct job job = {0};
    struct error err;
    bool is_new;
    int answer;

    if (!body)
        return;
    kind = may_create(request) ? read_wish(request, body, &subject) : NULL;
    if (kind) {
        answer = jobs_open(request, kind, subject, &job, &is_new, &err);
        if (answer == 0)
            answer_json(request, is_new ? 202 : 200, created(request, kind, &job));
        else
            answer_failure(request, jobs_status(answer, &err), &err);
    }
    job_clear(&job);
    json_decref(body);
}

/* --- look --- */

static void answer_snapshot(struct request *request, int answer, const struct job_kind *kind,
    const struct job *job, const struct error *err)
{
    if (answer == 0) {
        jobs_let_in(request, job);
        answer_json(request, 200, snapshot(kind, job));
    } else {
        answer_failure(request, jobs_status(answer, err), err);
    }
}

void route_job(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int answer = jobs_find(request, &job, &kind, &err);

    answer_snapshot(request, answer, kind, &job, &err);
    job_clear(&job);
}

/* --- files --- */

/* nginx asks for a file in the folder that the route names.  The body is nginx's to say. */
void route_may_see(struct request *request)
{
    const struct config *config = request->server->config;
    char job_id[JOB_ID_LEN + 1];
    struct job job = {0};
    struct store *store;
    struct error err;
    int answer = STORE_E_NOT_FOUND;

    if (secret_is_needed(config) && secret_check(config, jobs_secret(request), job_id, &err) == 0) {
        answer = request_store(request, &store, &err);
        if (answer == 0)
            answer = store_job_get(store, job_id, &job, &err);
    }
    if (answer < 0)
        answer_nothing(request, 503);
    else
        answer_nothing(request, answer == 0 && strcmp(job.key, request->capture) == 0 ? 204 : 403);
    job_clear(&job);
}

/* --- cancel --- */

/* The first asking decides; every later one gets the same answer. */
static int cancel(
    struct request *request, const struct job_kind *kind, struct job *job, struct error *err)
{
    struct last_events last = {0};
    struct job after = {0};
    bool is_first;
    int answer;

    kind_finish(kind, JOB_CANCELED, NULL, NULL, &last);
    answer = store_job_cancel(
        *request->store, job->id, CANCEL_ASKED, last.at, last.n, &after, &is_first, err);
    last_events_clear(&last);
    if (answer != 0)
        return answer;
    if (is_first)
        log_info("job %s: cancel was asked for", job->id);
    hub_poke(request->server->hub);
    job_clear(job);
    *job = after;
    return 0;
}

/* Answers by itself and gives false where others watch the job: one's own leaving is not their end.
 */
static bool is_ones_own(struct request *request, const struct job *job)
{
    char watcher[WATCHER_LEN + 1];
    struct error err;
    int others;

    if (job_state_is_final(job->state) || job->cancel_wanted)
        return true;
    jobs_watcher(request, watcher);
    if (store_audience_others(*request->store, job->id, watcher, &others, &err) < 0) {
        answer_failure(request, status_of(&err), &err);
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
    int answer = jobs_find(request, &job, &kind, &err);

    if (answer != 0 || is_ones_own(request, &job)) {
        if (answer == 0)
            answer = cancel(request, kind, &job, &err);
        answer_snapshot(request, answer, kind, &job, &err);
    }
    job_clear(&job);
}
