/* job_create.c - POST /api/jobs: what a body asks for, and on which terms. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/answer.h"
#include "request/body.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/job_hooks.h"
#include "route/job_json.h"
#include "route/jobs.h"
#include "route/publisher.h"
#include "route/route.h"

enum { METADATA_MAX = 4096 /* bytes: each reader of the job gets it */ };

/* What the member brings along; NULL: nothing. */
static const struct jobs_brought *job_create_brought(struct request *request, const char *member)
{
    const struct jobs_brought *brought = request->server->brought;

    return brought && strcmp(member, brought->member) == 0 &&
                   kind_find(&request->server->kinds, brought->kind->name)
               ? brought
               : NULL;
}

/* In {"caseId": "1"} the name of the member is that of the kind's subject, with "Id". */
static const struct job_kind *job_create_kind(struct request *request, const char *member)
{
    for (const struct job_kind *const *kind = kinds_list(&request->server->kinds); *kind; kind++) {
        size_t len = strlen((*kind)->subject_name);

        if (strncmp(member, (*kind)->subject_name, len) == 0 && strcmp(member + len, "Id") == 0)
            return *kind;
    }
    return NULL;
}

/* Answers with `before` and an example for each kind. */
static void job_create_refuse_body(struct request *request, const char *before)
{
    const struct job_kind *const *kinds = kinds_list(&request->server->kinds);
    struct buf detail = {0};

    buf_add_text(&detail, before);
    for (int i = 0; kinds[i]; i++) {
        buf_format(&detail, "%s{\"%sId\": \"%s\"}", i ? " or " : "", kinds[i]->subject_name,
            kinds[i]->subject_example);
        if (job_create_brought(request, kinds[i]->subject_name))
            buf_format(&detail, " or {\"%s\": {…}}", kinds[i]->subject_name);
    }
    answer_problem(request, 400, "", detail.data);
    buf_free(&detail);
}

static void job_create_refuse_member(
    struct request *request, const struct job_kind *kind, const char *member)
{
    struct error err;

    if (kind) {
        error_set(&err, ERR_INPUT, "%s: must be text, as in {\"%s\": \"%s\"}", member, member,
            kind->subject_example);
        answer_problem(request, 400, "", err.text);
    } else {
        error_set(&err, ERR_INPUT, "unknown member \"%.64s\": the body may be ", member);
        job_create_refuse_body(request, err.text);
    }
}

static void job_create_refuse_input(struct request *request, const struct job_kind *kind)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "input: jobs of the kind \"%s\" take none: ask with {\"%sId\": \"%s\"}", kind->name,
        kind->subject_name, kind->subject_example);
    answer_problem(request, 400, "", err.text);
}

static bool job_create_is_beside(const char *name)
{
    static const char *const beside[] = {"input", "metadata", "priority", "webhook"};
    size_t i = 0;

    while (i < sizeof beside / sizeof *beside && strcmp(name, beside[i]) != 0)
        i++;
    return i < sizeof beside / sizeof *beside;
}

/* The one member that names a subject; NULL: there is none, or more than one. */
static const char *job_create_member(json_t *body)
{
    const char *name, *member = NULL;
    json_t *value;
    int n = 0;

    json_object_foreach(body, name, value)
    {
        if (job_create_is_beside(name))
            continue;
        member = name;
        n++;
    }
    return n == 1 ? member : NULL;
}

/* What a body asks for. */
struct wish {
    struct job_ask ask;
    char *subject, *input; /* of `ask`, if they were made here; else NULL */
};

static const struct job_kind *job_create_read_brought(struct request *request, json_t *body,
    const struct jobs_brought *brought, struct wish *ret_wish)
{
    if (json_object_get(body, "input")) {
        job_create_refuse_input(request, brought->kind);
        return NULL;
    }
    if (!brought->read(
            request, json_object_get(body, brought->member), &ret_wish->subject, &ret_wish->input))
        return NULL;
    ret_wish->ask = (struct job_ask){.subject = ret_wish->subject, .input = ret_wish->input};
    return brought->kind;
}

static const struct job_kind *job_create_read_subject(
    struct request *request, json_t *body, const char *member, struct wish *ret_wish)
{
    const json_t *input = json_object_get(body, "input");
    const struct job_kind *kind = job_create_kind(request, member);

    ret_wish->ask.subject = json_string_value(json_object_get(body, member));
    if (!kind || !ret_wish->ask.subject) {
        job_create_refuse_member(request, kind, member);
        return NULL;
    }
    if (input && !kind->takes_input) {
        job_create_refuse_input(request, kind);
        return NULL;
    }
    if (input)
        ret_wish->input = json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    ret_wish->ask.input = ret_wish->input;
    return kind;
}

/* NULL: the body asks for no kind of job, and the request was answered.  The caller frees what the
 * wish holds in both cases. */
static const struct job_kind *job_create_read_body(
    struct request *request, json_t *body, struct wish *ret_wish)
{
    const char *member = job_create_member(body);
    const struct jobs_brought *brought = member ? job_create_brought(request, member) : NULL;

    if (brought)
        return job_create_read_brought(request, body, brought, ret_wish);
    if (member)
        return job_create_read_subject(request, body, member, ret_wish);
    job_create_refuse_body(request, "the body must be one object with one member: ");
    return NULL;
}

/* The client that creates a job is trusted (by nginx), and hands the secret to its page. */
static json_t *job_create_created(
    struct request *request, const struct job_kind *kind, const struct job *job)
{
    const struct config *config = request->server->config;
    json_t *json = job_json(config->prefix, kind, job);
    char secret[SECRET_MAX], token[PUBLISHER_TOKEN_MAX];
    int64_t expires_s;

    if (secret_is_needed(config)) {
        secret_make(config, job->id, secret, &expires_s);
        json_object_set_new(json, "clientSecret", json_string(secret));
        json_object_set_new(json, "clientSecretExpires", json_integer(expires_s));
    }
    if (!kind->run && publisher_has_key(request)) {
        publisher_token(config, job->id, token);
        json_object_set_new(json, "publishToken", json_string(token));
    }
    return json;
}

/* A secret opens the job for any bearer, so only clients that nginx calls trusted get one.  False:
 * the request was answered. */
static bool job_create_may_create(struct request *request)
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
static int job_create_read_priority(
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

/* `*ret_metadata`: NULL: there is none; the caller frees it. */
static int job_create_read_metadata(const json_t *body, char **ret_metadata, struct error *err)
{
    const json_t *metadata = json_object_get(body, "metadata");

    *ret_metadata = NULL;
    if (!metadata)
        return 0;
    if (!json_is_object(metadata))
        return error_set(err, ERR_INPUT, "metadata: must be an object, as in {\"order\": 7}");
    *ret_metadata = mem_there(json_dumps(metadata, JSON_COMPACT | JSON_SORT_KEYS));
    if (strlen(*ret_metadata) > METADATA_MAX)
        return error_set(err, ERR_INPUT, "metadata: may have at most %d bytes", (int)METADATA_MAX);
    return 0;
}

/* The answer says that the webhook is kept, too: without an answer the client asks again. */
static void job_create_open(struct request *request, const json_t *body,
    const struct job_kind *kind, const struct job_ask *ask, const struct job_hook *hook)
{
    struct jobs_terms terms;
    struct job job = {0};
    char *metadata = NULL;
    struct error err;
    bool is_new;
    int rc = idempotency_read(request, body, &terms.idempotency, &err);

    if (rc == 0)
        rc = job_create_read_priority(request, body, &terms.priority, &err);
    if (rc == 0)
        rc = job_create_read_metadata(body, &metadata, &err);
    terms.metadata = metadata;
    if (rc == 0)
        rc = jobs_open(request, kind, ask, &terms, &job, &is_new, &err);
    if (rc != 0)
        answer_error_as(request, jobs_status(rc, &err), &err);
    else if (!hook->url || job_hook_add(request, job.id, hook, metadata))
        answer_json(request, is_new ? 202 : 200, job_create_created(request, kind, &job));
    job_clear(&job);
    free(metadata);
}

void route_job_create(struct request *request)
{
    json_t *body = body_json(request);
    const struct job_kind *kind;
    struct wish wish = {0};
    struct job_hook hook = {0};

    if (!body)
        return;
    kind = job_create_may_create(request) ? job_create_read_body(request, body, &wish) : NULL;
    if (kind && job_hook_read(request, body, &hook))
        job_create_open(request, body, kind, &wish.ask, &hook);
    job_hook_clear(&hook);
    free(wish.subject);
    free(wish.input);
    json_decref(body);
}
