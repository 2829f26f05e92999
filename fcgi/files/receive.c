/* receive.c - see receive.h. */
#include "files/receive.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "request/answer.h"
#include "request/responder.h"
#include "request/server.h"

enum {
    AT_ONCE = 64 << 10, /* bytes that are read */
    PROGRESS = 1 << 20, /* a body that goes on by so many bytes within REQUEST_MS may last */
};

void receive_refuse(struct request *request, int rc, const struct error *err)
{
    log_warning("a file over HTTP: %s", err->text);
    if (rc == SENT_E_FULL)
        answer_problem(
            request, 507, "", "the disk has no room for this file: nothing of it is kept");
    else if (rc == PART_E_BUSY)
        answer_problem(request, 409, "Retry-After: 1\r\n", err->text);
    else
        answer_problem(request, 503, "Retry-After: 5\r\n",
            "files can't be kept at the moment: CASECAST_MEDIA_ROOT can't be written");
}

void receive_offset(int64_t bytes, char ret_line[static RECEIVE_OFFSET_MAX])
{
    snprintf(ret_line, RECEIVE_OFFSET_MAX, "Upload-Offset: %lld\r\n", (long long)bytes);
}

static int receive_some(struct request *request, char data[static AT_ONCE])
{
    int n = FCGX_GetStr(data, AT_ONCE, request->fcgx->in);

    return n > 0 ? n : 0;
}

void receive_nothing(struct request *request)
{
    char data[AT_ONCE];

    while (receive_some(request, data) > 0)
        ;
}

/* 0: the body has ended, or the part is longer than `most`. */
static int receive_all(struct request *request, struct part *part, int64_t most, struct error *err)
{
    int64_t next_progress = part->bytes + PROGRESS;
    char data[AT_ONCE];
    int n, rc = 0;

    while (rc == 0 && part->bytes <= most && (n = receive_some(request, data)) > 0) {
        rc = part_add(part, data, (size_t)n, err);
        if (part->bytes < next_progress)
            continue;
        next_progress += PROGRESS;
        responder_goes_on(request);
    }
    return rc;
}

/* --- a whole file --- */

static void receive_answer_length(struct request *request, int64_t bytes)
{
    struct error err;

    error_set(&err, ERR_INPUT,
        "%lld bytes came of a body of %.20s: nothing of it is kept, send it again",
        (long long)bytes, request_param(request, "CONTENT_LENGTH"));
    answer_problem(request, 400, "", err.text);
}

/* A connection that was cut ends the body, too. */
static bool receive_check(struct request *request, const struct part *part)
{
    const char *announced = request_param(request, "CONTENT_LENGTH");
    long long length;

    if (part->bytes > FILE_BYTES_MAX)
        answer_problem(request, 413, "", "a file may be at most 64 MiB long, 67108864 bytes");
    else if (*announced &&
             (!text_number(announced, 0, INT64_MAX, &length) || length != part->bytes))
        receive_answer_length(request, part->bytes);
    else if (part->bytes == 0)
        answer_problem(request, 400, "", "the body is empty: it must be the file itself");
    else
        return true;
    return false;
}

bool receive(struct request *request, struct part *ret_part)
{
    struct error err;
    bool is_good = false;
    int rc = part_open(request->server->config->media_root, ret_part, &err);

    if (rc != 0) {
        receive_refuse(request, rc, &err);
        return false;
    }
    rc = receive_all(request, ret_part, FILE_BYTES_MAX, &err);
    if (rc != 0)
        receive_refuse(request, rc, &err);
    else
        is_good = receive_check(request, ret_part);
    if (!is_good)
        part_close(ret_part);
    return is_good;
}

/* --- a piece --- */

static bool receive_refuse_piece(
    struct request *request, const struct part *part, int64_t came, const struct piece *piece)
{
    char extra[RECEIVE_OFFSET_MAX];
    struct error err;

    error_set(&err, ERR_INPUT,
        "the body has %s%lld bytes, but its Content-Range names %lld: %lld of the file are there",
        came > piece->end - piece->first ? "at least " : "", (long long)came,
        (long long)(piece->end - piece->first), (long long)part->bytes);
    receive_offset(part->bytes, extra);
    answer_problem(request, 400, extra, err.text);
    return false;
}

bool receive_piece(struct request *request, struct part *part, const struct piece *piece)
{
    struct error err;
    int rc = receive_all(request, part, piece->end, &err);
    int64_t came = part->bytes - piece->first;

    if (rc == 0 && part->bytes > piece->end)
        rc = part_cut(part, piece->first, &err); /* which of its bytes were meant nobody knows */
    if (rc != 0) {
        receive_refuse(request, rc, &err);
        return false;
    }
    return came == piece->end - piece->first || receive_refuse_piece(request, part, came, piece);
}
