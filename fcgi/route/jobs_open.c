/* jobs_open.c - creates a job or attaches to the one that is there. */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "hub/pruner/pruner.h"
#include "request/server.h"
#include "route/jobs.h"

/* A client that reconnects without Last-Event-ID gets its failed or canceled job again, not a new
 * one: within HOLD_MS of the end any client, later a client that was told of the end in the last
 * TOLD_HOLD_MS.  Clients that wait longer after each try reach a minute. */
enum { HOLD_MS = 10000, TOLD_HOLD_MS = 120000 };

enum { JOBS_E_NO_JOB = JOBS_E_FORBIDDEN + 1 }; /* beside what jobs_open() returns */

/* One call of jobs_open(). */
struct opening {
    struct request *request;
    const struct job_kind *kind;
    const struct job_ask *ask;
    struct job_request wanted;
    struct job_event first;
    struct hook_request hook;
    char traceparent[JOB_TRACE_LEN + 1], client[DIGEST_HEX_LEN + 1];
    char key[DIGEST_HEX_LEN + 1], *input; /* NULL: not made yet */

    /* filled by it */
    struct job *job;
    bool *is_new;
};

/* --- what is wanted --- */

/* Whom a new job counts for: for nobody where a trusted address asks for others. */
static void opening_set_client(struct opening *opening)
{
    char address[REQUEST_CLIENT_MAX];
    struct digest digest;

    request_client(opening->request, address);
    if (!*address || opening->request->is_trusted)
        return;
    digest_start(&digest);
    digest_add_text(&digest, address);
    digest_hex(&digest, opening->client);
    opening->wanted.client = opening->client;
    opening->wanted.max_queued_client = opening->request->server->config->max_queued_client;
}

static void opening_set_trace(struct opening *opening)
{
    job_traceparent_read(request_param(opening->request, "HTTP_TRACEPARENT"), opening->traceparent);
    if (*opening->traceparent)
        opening->wanted.traceparent = opening->traceparent;
}

/* A GET may be a reconnect, so it does not begin anew what has just failed. */
static void opening_set_terms(struct opening *opening, const struct jobs_terms *terms)
{
    struct job_request *wanted = &opening->wanted;

    wanted->priority = terms ? terms->priority : JOB_PRIORITY_NORMAL;
    wanted->metadata = terms ? terms->metadata : NULL;
    if (!terms) {
        wanted->hold_ms = HOLD_MS;
        wanted->told_hold_ms = TOLD_HOLD_MS;
        wanted->viewer = request_param(opening->request, "HTTP_X_REAL_IP");
    } else if (*terms->idempotency.name) {
        wanted->request_name = terms->idempotency.name;
        wanted->request_body = terms->idempotency.body;
    }
}

/* Made together with the job: whoever ends in between leaves no job without it.  Whoever asks for
 * the job may ask for one of their own beside it. */
static void opening_set_hook(struct opening *opening)
{
    const struct job_kind *kind = opening->kind;

    if (!kind->hook_url)
        return;
    opening->hook = (struct hook_request){.url = kind->hook_url,
        .host = kind->hook_host,
        .events = kind->hook_events,
        .metadata = opening->wanted.metadata ? opening->wanted.metadata : ""};
    opening->wanted.hook = &opening->hook;
}

static void opening_begin(struct opening *opening, const struct jobs_terms *terms)
{
    const struct config *config = opening->request->server->config;
    struct job_request *wanted = &opening->wanted;

    wanted->kind = opening->kind->name;
    wanted->subject = opening->ask->subject;
    wanted->engine = opening->kind->engine ? hub_engine(opening->request->server->hub) : NULL;
    wanted->max_queued = config->max_queued;
    wanted->max_queued_kind = config->max_queued_kind;
    opening->first.data = opening->kind->first;
    if (opening->kind->first)
        wanted->first = &opening->first;
    opening_set_terms(opening, terms);
    opening_set_trace(opening);
    opening_set_client(opening);
    opening_set_hook(opening);
}

/* --- what the store answers --- */

static void opening_explain(const struct config *config, int rc, struct error *err)
{
    if (rc == STORE_E_FULL)
        error_set(err, ERR_LIMIT,
            "%d jobs are waiting already (CASECAST_MAX_QUEUED): try again later",
            config->max_queued);
    else if (rc == STORE_E_FULL_KIND)
        error_set(err, ERR_LIMIT,
            "as many jobs of this kind wait as may (CASECAST_MAX_QUEUED_KIND=%d): try again later",
            config->max_queued_kind);
    else if (rc == STORE_E_FULL_CLIENT)
        error_set(err, ERR_LIMIT,
            "as many jobs from your address wait as may (CASECAST_MAX_QUEUED_CLIENT=%d): try again "
            "later",
            config->max_queued_client);
    else if (rc == STORE_E_REUSED)
        error_set(err, ERR_INPUT,
            "this Idempotency-Key came with another body less than a day ago: take a new key for "
            "a new request");
}

/* So that it is kept. */
static void opening_note_asked(const struct opening *opening)
{
    int64_t fresh_ms = pruner_fresh_ms(opening->request->server->config);
    struct error err;

    if (store_job_asked(*opening->request->store, opening->job->id, fresh_ms, &err) < 0)
        log_warning("job %s: that it was asked for is not noted: %s", opening->job->id, err.text);
}

static void opening_note(const struct opening *opening)
{
    const struct job_kind *kind = opening->kind;
    struct server *server = opening->request->server;

    atomic_fetch_add(*opening->is_new ? &server->n_created : &server->n_attached, 1);
    if (job_state_is_final(opening->job->state))
        opening_note_asked(opening);
    if (!*opening->is_new)
        return;
    log_info("job %s: queued, %s %s %s%s%s", opening->job->id, kind->name, kind->subject_name,
        opening->ask->subject, *opening->traceparent ? ", traceparent " : "", opening->traceparent);
    hub_poke(server->hub);
}

/* A done job whose files were deleted is passed over.  The files are checked between two calls of
 * the store, so that no lock of the database waits for a disk. */
static int opening_ask(struct opening *opening, struct error *err)
{
    const struct job_kind *kind = opening->kind;
    struct request *request = opening->request;
    int rc;

    opening->wanted.gone = 0;
    while ((rc = store_job_open(
                *request->store, &opening->wanted, opening->job, opening->is_new, err)) == 0 &&
           opening->job->state == JOB_DONE && kind->still_good &&
           !kind->still_good(request->server->config, opening->job)) {
        opening->wanted.gone = opening->job->number;
        job_clear(opening->job);
    }
    return rc;
}

/* The job of `key`; without an `input` only one that is there. */
static int opening_open(
    struct opening *opening, const char *key, const char *input, struct error *err)
{
    int rc;

    opening->wanted.key = key;
    opening->wanted.input = input;
    rc = opening_ask(opening, err);
    if (rc == 0)
        opening_note(opening);
    else
        opening_explain(opening->request->server->config, rc, err);
    return rc == STORE_E_NOT_FOUND ? JOBS_E_NO_JOB : rc;
}

/* The job that the same request got before, even if its subject is another now, or gone: no job has
 * the key "". */
static int opening_open_named(struct opening *opening, struct error *err)
{
    return opening->wanted.request_name ? opening_open(opening, "", NULL, err) : JOBS_E_NO_JOB;
}

/* --- with the kind --- */

/* The errors of a kind name its files. */
static void opening_hide_paths(const struct config *config, struct error *err)
{
    char was[sizeof err->text];

    if (!err->public_text && config_hide_paths(config, err, was))
        log_warning("a request fails: %s", was);
}

static int opening_prepare(struct opening *opening, bool with_input, struct error *err)
{
    const struct config *config = opening->request->server->config;
    int rc = opening->kind->prepare(opening->kind, *opening->request->store, config, opening->ask,
        with_input ? &opening->input : NULL, opening->key, err);

    if (rc != 0)
        opening_hide_paths(config, err);
    assert(rc != 0 || !with_input || opening->input);
    return rc;
}

/* Nearly every request attaches. */
static int opening_attach(struct opening *opening, struct error *err)
{
    int rc = opening_open_named(opening, err);

    if (rc != JOBS_E_NO_JOB)
        return rc;
    rc = opening_prepare(opening, opening->kind->takes_input, err);
    return rc == 0 ? opening_open(opening, opening->key, NULL, err) : rc;
}

/* The input is made only if there is no job, from the subject as it is then; one that came with the
 * request is there. */
static int opening_create(struct opening *opening, struct error *err)
{
    int rc = opening->input ? 0 : opening_prepare(opening, true, err);

    return rc == 0 ? opening_open(opening, opening->key, opening->input, err) : rc;
}

static int opening_refuse_foreign(struct error *err)
{
    error_set(err, ERR_INPUT,
        "a page of another site may only watch a job that is there: CASECAST_ORIGINS names the "
        "sites whose pages may start one");
    return JOBS_E_FORBIDDEN;
}

/* A GET is checked for its origin, too: an image in a page of another site is a GET. */
int jobs_open(struct request *request, const struct job_kind *kind, const struct job_ask *ask,
    const struct jobs_terms *terms, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct opening opening = {
        .request = request, .kind = kind, .ask = ask, .job = ret_job, .is_new = ret_is_new};
    struct store *store;
    int rc;

    if (kind_subject_check(kind, ask->subject, err) < 0)
        return -ERR_INPUT;
    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    opening_begin(&opening, terms);
    rc = opening_attach(&opening, err);
    if (rc == JOBS_E_NO_JOB)
        rc = request->origin == ORIGIN_FOREIGN ? opening_refuse_foreign(err)
                                               : opening_create(&opening, err);
    free(opening.input);
    return rc;
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
