#include "route/jobs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "request/secret.h"
#include "request/server.h"

/* A client that reconnects without Last-Event-ID meets its failed or canceled job again instead of
 * making it anew: soon after the end whoever asks, and from then on who keeps asking.  Clients that
 * wait longer each time reach a minute. */
enum { HOLD_MS = 10000, TOLD_HOLD_MS = 120000 };

enum { NOTHING_THERE = JOBS_E_FORBIDDEN + 1 }; /* beside the answers of jobs_open() */

/* A done job whose files were deleted counts no more.  That is looked up between two calls of the
 * store, so that no lock of the database waits for a disk. */
static int open_with_files(struct request *request, const struct job_kind *kind,
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

/* Of the key that was just found; without an `input` only what is there already. */
static int open_prepared(struct request *request, const struct job_kind *kind, const char *subject,
    const char *input, const char *key, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct server *server = request->server;
    struct job_event first = {.data = kind->first};
    bool is_wish = strcmp(request->method, "POST") == 0; /* a reconnect is a GET */
    struct job_request wanted = {.kind = kind->name,
        .subject = subject,
        .key = key,
        .input = input,
        .first = &first,
        .max_queued = server->config->max_queued,
        .hold_ms = is_wish ? 0 : HOLD_MS,
        .told_hold_ms = is_wish ? 0 : TOLD_HOLD_MS,
        .viewer = is_wish ? NULL : request_param(request, "HTTP_X_REAL_IP")};
    int answer = open_with_files(request, kind, &wanted, ret_job, ret_is_new, err);

    if (answer == STORE_E_FULL)
        error_set(err, ERR_LIMIT,
            "%d jobs are waiting already (CASECAST_MAX_QUEUED): try again later",
            server->config->max_queued);
    if (answer != 0)
        return answer == STORE_E_NOT_FOUND ? NOTHING_THERE : answer;
    atomic_fetch_add(*ret_is_new ? &server->n_created : &server->n_attached, 1);
    if (*ret_is_new) {
        log_info("job %s: queued, %s %s %s", ret_job->id, kind->name, kind->subject_name, subject);
        hub_poke(server->hub);
    }
    return 0;
}

/* A kind's own errors name its files. */
static void hide_paths(const struct config *config, struct error *err)
{
    char was[sizeof err->text];

    if (!err->told && config_hide_paths(config, err, was))
        log_warning("a request fails: %s", was);
}

static int prepare_and_open(struct request *request, const struct job_kind *kind,
    const char *subject, bool may_create, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    const struct config *config = request->server->config;
    char key[DIGEST_HEX_LEN + 1], *input = NULL;
    int answer =
        kind->prepare(*request->store, config, subject, may_create ? &input : NULL, key, err);

    if (answer < 0)
        hide_paths(config, err);
    assert(answer != 0 || !may_create || input);
    if (answer == 0)
        answer = open_prepared(request, kind, subject, input, key, ret_job, ret_is_new, err);
    free(input);
    return answer;
}

static int refuse_foreign(struct error *err)
{
    error_set(err, ERR_INPUT,
        "a page of another site may watch what is there, and start nothing: CASECAST_ORIGINS names "
        "the sites that may");
    return JOBS_E_FORBIDDEN;
}

/* Nearly every request attaches: an input is made, from the subject as it is by then, only for one
 * that does not.  A picture on a page elsewhere is a GET, too. */
int jobs_open(struct request *request, const struct job_kind *kind, const char *subject,
    struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct store *store;
    int answer;

    if (kind_subject_check(kind, subject, err) < 0)
        return -ERR_INPUT;
    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    answer = prepare_and_open(request, kind, subject, false, ret_job, ret_is_new, err);
    if (answer != NOTHING_THERE)
        return answer;
    if (request->origin == ORIGIN_FOREIGN)
        return refuse_foreign(err);
    return prepare_and_open(request, kind, subject, true, ret_job, ret_is_new, err);
}

void jobs_told(struct request *request, const struct job *job)
{
    struct error err;

    if (job->state != JOB_FAILED && job->state != JOB_CANCELED)
        return;
    if (store_job_told(*request->store, job->id, request_param(request, "HTTP_X_REAL_IP"),
            TOLD_HOLD_MS, &err) < 0)
        log_warning("job %s: who was told of its end is not noted: %s", job->id, err.text);
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

/* Nothing that secret_check() took needs escaping. */
void jobs_let_in(struct request *request, const struct job *job)
{
    const struct config *config = request->server->config;
    bool is_tls = strcmp(request_param(request, "HTTP_X_FORWARDED_PROTO"), "https") == 0;

    if (!secret_is_needed(config) || config->media_url[0] != '/')
        return;
    buf_format(&request->headers,
        "Set-Cookie: casecast_secret=%s; Path=%s" SECRET_FOLDER
        "/%s/; Max-Age=%d; HttpOnly; SameSite=Lax%s\r\n",
        jobs_secret(request), config->media_url, job->key, config->secret_ttl_s,
        is_tls ? "; Secure" : "");
}

/* A newer version on the same database may have made jobs of kinds that we lack. */
static int find_kind(
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

int jobs_find(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err)
{
    struct store *store;
    int answer;

    answer = jobs_admit(request, request->capture, err);
    if (answer != 0)
        return answer;
    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    answer = job_id_is_wellformed(request->capture)
                 ? store_job_get(store, request->capture, ret_job, err)
                 : STORE_E_NOT_FOUND;
    if (answer == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %s not found", request->capture);
    return answer == 0 ? find_kind(request, ret_job, ret_kind, err) : answer;
}

static void half_of(const char *text, char *ret_half)
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
    half_of(request_address(request), ret_watcher);
    if (viewer && *viewer->value)
        half_of(viewer->value, ret_watcher + strlen(WATCHER_UNNAMED "/"));
}

const char *jobs_last_message(const struct request *request, const struct job_kind *kind)
{
    return kind ? kind->last : request->server->kinds[0]->last;
}

int jobs_status(int answer, const struct error *err)
{
    if (answer == STORE_E_NOT_FOUND)
        return 404;
    if (answer == JOBS_E_FORBIDDEN)
        return 403;
    return answer == STORE_E_FULL ? 503 : status_of(err);
}
