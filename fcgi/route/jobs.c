/* jobs.c - jobs that are there, who may see them, and what is answered; jobs_open.c makes them. */
#include "route/jobs.h"

#include <string.h>

#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"

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

    if (!secret_is_needed(config) || request->is_operators)
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

    if (!secret_is_needed(config) || config->media_url[0] != '/' || request->is_operators)
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
    *ret_kind = kind_find(&request->server->kinds, job->kind);
    if (*ret_kind)
        return 0;
    error_set(err, ERR_INPUT, "job %s is of the kind \"%s\", which this version does not know",
        job->id, job->kind);
    job_clear(job);
    return STORE_E_NOT_FOUND;
}

static int jobs_read(
    struct request *request, const char *id, struct job *ret_job, struct error *err)
{
    struct store *store;
    int rc;

    if (request_store(request, &store, err) < 0)
        return -(int)err->code;
    rc = job_id_is_wellformed(id) ? store_job_get(store, id, ret_job, err) : STORE_E_NOT_FOUND;
    if (rc == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %.64s not found", id);
    return rc;
}

int jobs_get(struct request *request, const char *id, struct job *ret_job,
    const struct job_kind **ret_kind, struct error *err)
{
    int rc = jobs_read(request, id, ret_job, err);

    return rc == 0 ? jobs_find_kind(request, ret_job, ret_kind, err) : rc;
}

int jobs_look(struct request *request, struct job *ret_job, const struct job_kind **ret_kind,
    struct error *err)
{
    int rc = jobs_admit(request, request->capture, err);

    if (rc == 0)
        rc = jobs_read(request, request->capture, ret_job, err);
    if (rc == 0)
        *ret_kind = kind_find(&request->server->kinds, ret_job->kind);
    return rc;
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
    return kind ? kind->last : kinds_list(&request->server->kinds)[0]->last;
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
    if (rc == STORE_E_REUSED || rc == KIND_E_REFUSED)
        return 422;
    if (rc == STORE_E_FULL_KIND || rc == STORE_E_FULL_CLIENT)
        return 429;
    return rc == STORE_E_FULL ? 503 : answer_status(err);
}
