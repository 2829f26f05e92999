/* file_routes.c - see file_routes.h. */
#include "files/file_routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "files/look.h"
#include "files/quota.h"
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

static void file_answer_kept(struct request *request, bool is_new, json_t *json, const char *digest)
{
    char *extra = mem_format("%s: %s/api/files/%s\r\n", is_new ? "Location" : "Content-Location",
        request->server->config->prefix, digest);

    answer_json_with(request, is_new ? 201 : 200, extra, json);
    free(extra);
}

static void file_keep(struct request *request, struct part *part, const char *digest)
{
    const char *kind;
    struct error err;
    bool is_new;
    int rc;

    if (!file_look(request, part->path, &kind) ||
        !quota_admit(request, part->folder_fd, digest, part->bytes) ||
        !quota_note(request, part->folder_fd, digest))
        return;
    rc = part_keep(part, digest, &is_new, &err);
    if (rc != 0) {
        receive_refuse(request, rc, &err);
        return;
    }
    atomic_fetch_add(&request->server->n_files, is_new);
    log_info("file %s: %s of %lld bytes over HTTP", digest, kind, (long long)part->bytes);
    file_answer_kept(request, is_new, file_json(digest, kind, part->bytes), digest);
}

/* `wanted`: the digest that the content must have; NULL: any. */
static void file_take(struct request *request, struct part *part, const char *wanted)
{
    char digest[BENEATH_DIGEST_LEN + 1];
    struct error err;
    int rc = part_digest(part, digest, &err);

    if (rc < 0) {
        receive_refuse(request, rc, &err);
    } else if (wanted && strcmp(digest, wanted) != 0) {
        error_set(&err, ERR_INPUT,
            "the SHA-256 of what came is %s, not that of the address: nothing of it is kept",
            digest);
        answer_problem(request, 422, "", err.text);
    } else {
        file_keep(request, part, digest);
    }
}

static void file_receive(struct request *request, const char *wanted)
{
    struct part part;

    if (!receive(request, &part))
        return;
    file_take(request, &part, wanted);
    part_close(&part);
}

/* --- one that comes in pieces --- */

static void file_answer_offset(struct request *request, int status, int64_t bytes, const char *text)
{
    char extra[RECEIVE_OFFSET_MAX];

    receive_offset(bytes, extra);
    answer_problem_with(
        request, status, extra, text, json_pack("{s:I}", "arrived", (json_int_t)bytes));
}

static void file_answer_piece(
    struct request *request, const struct part *part, const struct piece *piece)
{
    char extra[RECEIVE_OFFSET_MAX], name[sizeof BENEATH_SENT + BENEATH_DIGEST_LEN];

    strcpy(stpcpy(name, BENEATH_SENT), request->capture);
    receive_offset(part->bytes, extra);
    answer_json_with(request, 202, extra,
        json_pack("{s:s, s:I, s:I}", "file", name, "arrived", (json_int_t)part->bytes, "bytes",
            (json_int_t)piece->of));
}

static void file_answer_gap(
    struct request *request, const struct part *part, const struct piece *piece)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "the piece begins at byte %lld, but %lld have arrived: go on with byte %lld",
        (long long)piece->first, (long long)part->bytes, (long long)part->bytes);
    file_answer_offset(request, 409, part->bytes, err.text);
}

/* True: the part is done with, kept or not; false: it waits for its next piece. */
static bool file_add_piece(struct request *request, struct part *part, const struct piece *piece)
{
    if (part->bytes == piece->of) { /* all are there: a process ended before it kept the file */
        file_take(request, part, request->capture);
        return true;
    }
    if (part->bytes != piece->first) {
        file_answer_gap(request, part, piece);
        return part->bytes == 0;
    }
    if (!quota_admit(request, part->folder_fd, request->capture, piece->of) ||
        !quota_note(request, part->folder_fd, request->capture))
        return part->bytes == 0;
    if (!receive_piece(request, part, piece))
        return part->bytes == 0;
    if (part->bytes < piece->of) {
        file_answer_piece(request, part, piece);
        return false;
    }
    file_take(request, part, request->capture);
    return true;
}

/* A file that is there needs none of its pieces.  True: it is, and the request was answered. */
static bool file_is_kept(struct request *request, const struct part *part)
{
    int64_t bytes = sent_bytes(part->folder_fd, request->capture);

    if (bytes < 0)
        return false;
    sent_renew(part->folder_fd, request->capture);
    file_answer_kept(request, false, file_json(request->capture, NULL, bytes), request->capture);
    return true;
}

/* What has arrived of a longer file than this one is not of this one. */
static int file_open_part(
    struct request *request, const struct piece *piece, struct part *ret_part, struct error *err)
{
    int rc = part_open_pieces(request->server->config->media_root, request->capture, ret_part, err);

    if (rc == 0 && ret_part->bytes > piece->of && (rc = part_cut(ret_part, 0, err)) != 0)
        part_leave(ret_part);
    return rc;
}

static void file_receive_next(struct request *request, const struct piece *piece)
{
    struct part part;
    struct error err;
    int rc = file_open_part(request, piece, &part, &err);

    if (rc != 0)
        receive_refuse(request, rc, &err);
    else if (file_is_kept(request, &part) || file_add_piece(request, &part, piece))
        part_close(&part);
    else
        part_leave(&part);
}

static void file_receive_piece(struct request *request, const char *range)
{
    struct piece piece;
    struct error err;

    if (!piece_read(range, &piece)) {
        error_set(&err, ERR_INPUT,
            "Content-Range: %.60s: must be \"bytes FIRST-LAST/LENGTH\", as \"bytes "
            "0-1048575/3145728\" for the first of three MiB",
            range);
        answer_problem(request, 400, "", err.text);
    } else if (piece.of > FILE_BYTES_MAX) {
        answer_problem(request, 413, "", "a file may be at most 64 MiB long, 67108864 bytes");
    } else {
        file_receive_next(request, &piece);
    }
}

/* --- routes --- */

/* False: the request was answered. */
static bool file_check_digest(struct request *request)
{
    struct error err;

    if (beneath_is_digest(request->capture))
        return true;
    error_set(&err, ERR_INPUT,
        "\"%s\", of %zu characters, is no SHA-256: the address of a file ends with that of its "
        "content, 64 digits 0-9 and a-f",
        request->capture, strlen(request->capture));
    answer_problem(request, 400, "", err.text);
    return false;
}

static void route_file_put(struct request *request)
{
    const char *range = request_param(request, "HTTP_CONTENT_RANGE");

    if (editor_admit(request) && file_check_digest(request)) {
        if (*range)
            file_receive_piece(request, range);
        else
            file_receive(request, request->capture);
    }
    receive_nothing(request);
}

static void route_file_post(struct request *request)
{
    if (editor_admit(request))
        file_receive(request, NULL);
    receive_nothing(request);
}

static void file_answer_missing(struct request *request, int64_t arrived)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "no such file was sent, or it is not kept any more: " BENEATH_SENT "%s", request->capture);
    if (arrived)
        error_set(&err, ERR_INPUT,
            "%lld bytes of this file have arrived, and not all: " BENEATH_SENT "%s",
            (long long)arrived, request->capture);
    file_answer_offset(request, 404, arrived, err.text);
}

/* Who reads that a file is there relies on it: so its day begins anew. */
static void route_file(struct request *request)
{
    int64_t bytes = -1, arrived = 0;
    struct error err;
    int fd;

    if (!editor_admit(request) || !file_check_digest(request))
        return;
    if (sent_open_folder(request->server->config->media_root, &fd) == 0) {
        sent_renew(fd, request->capture);
        bytes = sent_bytes(fd, request->capture);
        arrived = part_arrived(fd, request->capture);
        close(fd);
    } else if (errno != ENOENT) {
        sent_fail(errno, &err);
        file_answer_unseen(request, &err);
        return;
    }
    if (bytes >= 0)
        answer_json(request, 200, file_json(request->capture, NULL, bytes));
    else
        file_answer_missing(request, arrived);
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
