/* file_routes.c - see file_routes.h. */
#include "files/file_routes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "files/look.h"
#include "files/receive.h"
#include "keys/editor.h"
#include "request/answer.h"
#include "request/server.h"

/* --- answers --- */

/* `kind` NULL: it is not known. */
static json_t *file_json(const char *digest, const char *kind, int64_t bytes)
{
    char name[sizeof BENEATH_SENT + BENEATH_DIGEST_LEN];

    strcpy(stpcpy(name, BENEATH_SENT), digest);
    return json_pack("{s:s, s:s*, s:I}", "file", name, "kind", kind, "bytes", (json_int_t)bytes);
}

static void file_answer_unseen(struct request *request, const struct error *err)
{
    log_warning("a file over HTTP: %s", err->text);
    answer_problem(request, 503, "Retry-After: 5\r\n", "files can't be looked at at the moment");
}

/* --- one that comes --- */

/* False: the request was answered. */
static bool file_look(struct request *request, const char *name, const char **ret_kind)
{
    struct error err;
    int rc = look_at(request->server->config->media_root, name, ret_kind, &err);

    if (rc == LOOK_E_NEITHER)
        answer_problem(request, 415, "", err.text);
    else if (rc != 0)
        file_answer_unseen(request, &err);
    return rc == 0;
}

static void file_keep(struct request *request, struct part *part, const char *digest)
{
    const char *kind;
    struct error err;
    char *extra;
    bool is_new;
    int rc;

    if (!file_look(request, part->path, &kind))
        return;
    rc = part_keep(part, digest, &is_new, &err);
    if (rc != 0) {
        receive_refuse(request, rc, &err);
        return;
    }
    log_info("file %s: %s of %lld bytes over HTTP", digest, kind, (long long)part->bytes);
    extra = mem_format("%s: %s/api/files/%s\r\n", is_new ? "Location" : "Content-Location",
        request->server->config->prefix, digest);
    answer_json_with(request, is_new ? 201 : 200, extra, file_json(digest, kind, part->bytes));
    free(extra);
}

/* `wanted`: the digest that the content must have; NULL: any. */
static void file_receive(struct request *request, const char *wanted)
{
    char digest[BENEATH_DIGEST_LEN + 1];
    struct part part;
    struct error err;

    if (!receive(request, &part))
        return;
    part_digest(&part, digest);
    if (wanted && strcmp(digest, wanted) != 0) {
        error_set(&err, ERR_INPUT,
            "the SHA-256 of what came is %s, not that of the address: nothing of it is kept",
            digest);
        answer_problem(request, 422, "", err.text);
    } else {
        file_keep(request, &part, digest);
    }
    part_close(&part);
}

/* --- routes --- */

/* False: the request was answered. */
static bool file_check_digest(struct request *request)
{
    if (beneath_is_digest(request->capture))
        return true;
    answer_problem(request, 400, "",
        "the address of a file ends with the SHA-256 of its content, 64 digits 0-9 and a-f");
    return false;
}

static void route_file_put(struct request *request)
{
    if (editor_admit(request) && file_check_digest(request))
        file_receive(request, request->capture);
    receive_nothing(request);
}

static void route_file_post(struct request *request)
{
    if (editor_admit(request))
        file_receive(request, NULL);
    receive_nothing(request);
}

/* The size of a file that was sent.  False: the request was answered. */
static bool file_find(struct request *request, const char *name, int64_t *ret_bytes)
{
    struct stat stat;
    struct error err;
    int root_fd, fd, rc = beneath_root(request->server->config->media_root, &root_fd, &err);

    if (rc < 0) {
        file_answer_unseen(request, &err);
        return false;
    }
    rc = beneath_open(root_fd, name, &fd, &stat, &err);
    close(root_fd);
    if (rc < 0) {
        answer_problem(request, 404, "", err.text);
        return false;
    }
    close(fd);
    *ret_bytes = stat.st_size;
    return true;
}

static void route_file(struct request *request)
{
    char name[sizeof BENEATH_SENT + BENEATH_DIGEST_LEN];
    int64_t bytes;

    if (!editor_admit(request) || !file_check_digest(request))
        return;
    strcpy(stpcpy(name, BENEATH_SENT), request->capture);
    if (file_find(request, name, &bytes))
        answer_json(request, 200, file_json(request->capture, NULL, bytes));
}

/* nginx would take 64 MiB from anybody before it asks: so it asks first (nginx/may-send.conf). */
static void route_may_send(struct request *request)
{
    const char *method = request_param(request, "CASECAST_METHOD");
    bool has_body = strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0;

    if (!has_body || editor_admit(request))
        answer_empty(request, 204);
}

const struct route file_routes[] = {
    {"POST", "/api/files", route_file_post},
    {"PUT", "/api/files/{id}", route_file_put},
    {"GET", "/api/files/{id}", route_file},
    {"GET", "/casecast/may-send", route_may_send},
    {NULL, NULL, NULL},
};
