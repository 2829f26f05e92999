/* jobs.c - see jobs.h. */
#include "route/jobs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/pruner/pruner.h"
#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"

/* A client that reconnects without Last-Event-ID gets its failed or canceled job again, not a new
 * one: within HOLD_MS of the end any client, later a client that was told of the end in the last
 * TOLD_HOLD_MS.  Clients that wait longer after each try reach a minute. */
enum { HOLD_MS = 10000, TOLD_HOLD_MS = 120000 };

enum { JOBS_E_NO_JOB = JOBS_E_FORBIDDEN + 1 }; /* beside what jobs_open() returns */

/* A done job whose files were deleted is passed over.  The files are checked between two calls of
 * the store, so that no lock of the database waits for a disk. */
static int jobs_open_whole(struct request *request, const struct job_kind *kind,
    struct job_request *wanted, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    int rc;

    while ((rc = store_job_open(*request->store, wanted, ret_job, ret_is_new, err)) == 0 &&
           ret_job->state == JOB_DONE && kind->still_good &&
           !kind->still_good(request->server->config, ret_job)) {
        wanted->gone = ret_job->number;
        job_clear(ret_job);
    }
    return rc;
}

/* So that it is kept. */
static void jobs_note_asked(struct request *request, const struct job *job)
{
    struct error err;

    if (store_job_asked(*request->store, job->id, pruner_fresh_ms(request->server->config), &err) <
        0)
        log_warning("job %s: that it was asked for is not noted: %s", job->id, err.text);
}

/* The texts of what the store answers. */
static void jobs_explain(const struct config *config, int rc, struct error *err)
{
    if (rc == STORE_E_FULL)
        error_set(err, ERR_LIMIT,
            "%d jobs are waiting already (CASECAST_MAX_QUEUED): try again later",
            config->max_queued);
    else if (rc == STORE_E_FULL_KIND)
        error_set(err, ERR_LIMIT,
            "%d jobs of this kind are waiting already (CASECAST_MAX_QUEUED_KIND): try again later",
            config->max_queued_kind);
    else if (rc == STORE_E_FULL_CLIENT)
        error_set(err, ERR_LIMIT,
            "%d jobs from your address are waiting already (CASECAST_MAX_QUEUED_CLIENT): try again "
            "later",
            config->max_queued_client);
    else if (rc == STORE_E_REUSED)
        error_set(err, ERR_INPUT,
            "this Idempotency-Key came with another body less than a day ago: take a new key for "
            "a new request");
}

/* Whom a new job counts for.  False: for nobody, as a trusted address asks for others. */
static bool jobs_read_client(
    const struct request *request, char ret_client[static DIGEST_HEX_LEN + 1])
{
    char address[REQUEST_CLIENT_MAX];
    struct digest digest;

    request_client(request, address);
    digest_start(&digest);
    digest_add_text(&digest, address);
    digest_hex(&digest, ret_client);
    return *address && !request->is_trusted;
}

/* Opens the job of `key`; without an `input` only one that is there. */
static int jobs_open_prepared(struct request *request, const struct job_kind *kind,
    const struct jobs_terms *terms, const char *subject, const char *input, const char *key,
    struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct server *server = request->server;
    struct job_event first = {.data = kind->first};
    bool is_post = terms != NULL; /* a reconnect is a GET */
    bool is_named = terms && *terms->idempotency.name;
    char traceparent[JOB_TRACE_LEN + 1], client[DIGEST_HEX_LEN + 1];
    struct job_request wanted = {.kind = kind->name,
        .subject = subject,
        .key = key,
        .input = input,
        .engine = kind->engine ? hub_engine(server->hub) : NULL,
        .first = kind->first ? &first : NULL,
        .priority = terms ? terms->priority : JOB_PRIORITY_NORMAL,
        .max_queued = server->config->max_queued,
        .max_queued_kind = server->config->max_queued_kind,
        .hold_ms = is_post ? 0 : HOLD_MS,
        .told_hold_ms = is_post ? 0 : TOLD_HOLD_MS,
        .viewer = is_post ? NULL : request_param(request, "HTTP_X_REAL_IP"),
        .request_name = is_named ? terms->idempotency.name : NULL,
        .request_body = is_named ? terms->idempotency.body : NULL};
    int rc;

    job_traceparent_read(request_param(request, "HTTP_TRACEPARENT"), traceparent);
    if (*traceparent)
        wanted.traceparent = traceparent;
    if (jobs_read_client(request, client)) {
        wanted.client = client;
        wanted.max_queued_client = server->config->max_queued_client;
    }
    rc = jobs_open_whole(request, kind, &wanted, ret_job, ret_is_new, err);

    jobs_explain(server->config, rc, err);
    if (rc != 0)
        return rc == STORE_E_NOT_FOUND ? JOBS_E_NO_JOB : rc;
    atomic_fetch_add(*ret_is_new ? &server->n_created : &server->n_attached, 1);
    if (job_state_is_final(ret_job->state))
        jobs_note_asked(request, ret_job);
    if (*ret_is_new) {
        log_info("job %s: queued, %s %s %s%s%s", ret_job->id, kind->name, kind->subject_name,
            subject, *traceparent ? ", traceparent " : "", traceparent);
        hub_poke(server->hub);
    }
    return 0;
}

/* The errors of a kind name its files. */
static void jobs_hide_paths(const struct config *config, struct error *err)
{
    char was[sizeof err->text];

    if (!err->public_text && config_hide_paths(config, err, was))
        log_warning("a request fails: %s", was);
}

static int jobs_prepare_and_open(struct request *request, const struct job_kind *kind,
    const struct job_ask *ask, const struct jobs_terms *terms, bool may_create, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    const struct config *config = request->server->config;
    char key[DIGEST_HEX_LEN + 1], *input = NULL;
    int rc =
        kind->prepare(kind, *request->store, config, ask, may_create ? &input : NULL, key, err);

    if (rc < 0)
        jobs_hide_paths(config, err);
    assert(rc != 0 || !may_create || input);
    if (rc == 0)
        rc = jobs_open_prepared(
            request, kind, terms, ask->subject, input, key, ret_job, ret_is_new, err);
    free(input);
    return rc;
}

static int jobs_refuse_foreign(struct error *err)
{
    error_set(err, ERR_INPUT,
        "a page of another site may only watch a job that is there: CASECAST_ORIGINS names the "
        "sites whose pages may start one");
    return JOBS_E_FORBIDDEN;
}

/* The job that the same request got before, even if its subject is another now, or gone: no job has
 * the key "". */
static int jobs_open_named(struct request *request, const struct job_kind *kind,
    const struct job_ask *ask, const struct jobs_terms *terms, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    if (!terms || !*terms->idempotency.name)
        return JOBS_E_NO_JOB;
    return jobs_open_prepared(
        request, kind, terms, ask->subject, NULL, "", ret_job, ret_is_new, err);
}

/* Nearly every request attaches.  The input is made only if there is no job, from the subject as it
 * is then.  A GET is checked for its origin, too: an image in a page of another site is a GET. */
int jobs_open(struct request *request, const struct job_kind *kind, const struct job_ask *ask,
    const struct jobs_terms *terms, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct store *store;
    int rc;

    if (kind_subject_check(kind, ask->subject, err) < 0)
        return -ERR_INPUT;
    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    rc = jobs_open_named(request, kind, ask, terms, ret_job, ret_is_new, err);
    if (rc == JOBS_E_NO_JOB)
        rc = jobs_prepare_and_open(request, kind, ask, terms, false, ret_job, ret_is_new, err);
    if (rc != JOBS_E_NO_JOB)
        return rc;
    if (request->origin == ORIGIN_FOREIGN)
        return jobs_refuse_foreign(err);
    return jobs_prepare_and_open(request, kind, ask, terms, true, ret_job, ret_is_new, err);
}

void jobs_note_told(struct request *request, const struct job *job)
{
    struct error err;

    if (job->state != JOB_FAILED && job->state != JOB_CANCELED)
        return;
    if (store_job_told(*request->store, job->id, request_param(request, "HTTP_X_REAL_IP"),
            TOLD_HOLD_MS, &err) < 0)
        log_warning(
            "job %s: that its viewer was told of the end is not noted: %s", job->id, err.text);
}

const char *jobs_secret(const struct request *request)
{
    const struct argument *argument = arguments_find(&request->arguments, "client_secret");
    const char *header = request_param(request, "HTTP_X_CLIENT_SECRET");

    if (argument && *argument->value)
        return argument->value;
    return *header ? header : request_param(request, "CASECAST_COOKIE");
}

int jobs_admit(struct request *request, const char *job_id, struct error *err)
{
    const struct config *config = request->server->config;
    char opened[JOB_ID_LEN + 1];

    if (!secret_is_needed(config))
        return 0;
    if (secret_check(config, jobs_secret(request), opened, err) < 0)
        return JOBS_E_FORBIDDEN;
    if (strcmp(opened, job_id) == 0)
        return 0;
    error_set(err, ERR_INPUT, "client_secret belongs to another job");
    return JOBS_E_FORBIDDEN;
}

/* A secret that secret_check() has accepted holds nothing that must be escaped. */
void jobs_set_cookie(struct request *request, const struct job *job)
{
    const struct config *config = request->server->config;
    bool is_tls = strcmp(request_param(request, "HTTPS"), "on") == 0;

    if (!secret_is_needed(config) || config->media_url[0] != '/')
        return;
    buf_format(&request->headers,
        "Set-Cookie: casecast_secret=%s; Path=%s" SECRET_FOLDER
        "/%s/; Max-Age=%d; HttpOnly; SameSite=Lax%s\r\n",
        jobs_secret(request), config->media_url, job->key, config->secret_ttl_s,
        is_tls ? "; Secure" : "");
}

/* A newer version on the same database may have made jobs of kinds that this one lacks. */
static int jobs_find_kind(
    struct request *request, struct job *job, const struct job_kind **ret_kind, struct error *err)
{
    *ret_kind = kind_find(request->server->kinds, job->kind);
    if (*ret_kind)
        return 0;
    error_set(err, ERR_INPUT, "job %s is of the kind \"%s\", which this version does not know",
        job->id, job->kind);
    job_clear(job);
    return STORE_E_NOT_FOUND;
}

int jobs_get(struct request *request, const char *id, struct job *ret_job,
    const struct job_kind **ret_kind, struct error *err)
{
    struct store *store;
    int rc;

    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    rc = job_id_is_wellformed(id) ? store_job_get(store, id, ret_job, err) : STORE_E_NOT_FOUND;
    if (rc == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %.64s not found", id);
    return rc == 0 ? jobs_find_kind(request, ret_job, ret_kind, err) : rc;
}

int jobs_find_any(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err)
{
    return jobs_get(request, request->capture, ret_job, ret_kind, err);
}

int jobs_find(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err)
{
    int rc = jobs_admit(request, request->capture, err);

    return rc == 0 ? jobs_find_any(request, ret_job, ret_kind, err) : rc;
}

static void jobs_watcher_half(const char *text, char *ret_half)
{
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, text);
    digest_hex(&digest, hex);
    memcpy(ret_half, hex, strlen(WATCHER_UNNAMED));
}

void jobs_watcher(const struct request *request, char ret_watcher[static WATCHER_LEN + 1])
{
    const struct argument *viewer = arguments_find(&request->arguments, "viewer");

    strcpy(ret_watcher, WATCHER_UNNAMED "/" WATCHER_UNNAMED);
    jobs_watcher_half(request_address(request), ret_watcher);
    if (viewer && *viewer->value)
        jobs_watcher_half(viewer->value, ret_watcher + strlen(WATCHER_UNNAMED "/"));
}

const char *jobs_last_message(const struct request *request, const struct job_kind *kind)
{
    return kind ? kind->last : request->server->kinds[0]->last;
}

bool jobs_is_full(int rc)
{
    return rc == STORE_E_FULL || rc == STORE_E_FULL_KIND || rc == STORE_E_FULL_CLIENT;
}

int jobs_status(int rc, const struct error *err)
{
    if (rc == STORE_E_NOT_FOUND)
        return 404;
    if (rc == JOBS_E_FORBIDDEN)
        return 403;
    if (rc == STORE_E_REUSED)
        return 422;
    if (rc == STORE_E_FULL_KIND || rc == STORE_E_FULL_CLIENT)
        return 429;
    return rc == STORE_E_FULL ? 503 : answer_status(err);
}
