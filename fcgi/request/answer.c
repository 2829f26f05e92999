/* answer.c - see answer.h. */
#include "request/answer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"

enum { SEND_S = 5 };

static const char *answer_reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {302, "Found"},
        {304, "Not Modified"}, {308, "Permanent Redirect"},
        {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {409, "Conflict"}, {412, "Precondition Failed"}, {413, "Content Too Large"}, {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"}, {422, "Unprocessable Content"}, {428, "Precondition Required"}, {429, "Too Many Requests"}, {500, "Internal Server Error"},
        {503, "Service Unavailable"}, {507, "Insufficient Storage"}};

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Status";
}

/* A peer that does not read must not hold a responder for longer. */
static void answer_limit_sending(struct request *request)
{
    struct timeval most = {.tv_sec = SEND_S};

    setsockopt(request->fcgx->ipcFd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

/* X-Accel-Buffering: nginx may buffer a short answer, so that a slow reader does not hold a
 * responder. */
static void answer_send_bytes(struct request *request, int status, const char *type,
    const char *keep, const char *extra, const char *body, size_t len)
{
    answer_limit_sending(request);
    FCGX_FPrintF(request->fcgx->out,
        "Status: %d %s\r\nContent-Type: %s\r\nCache-Control: %s\r\nX-Accel-Buffering: "
        "yes\r\n%s%s\r\n",
        status, answer_reason(status), type, keep, request_headers(request), extra);
    if (!request->is_head)
        FCGX_PutStr(body, (int)len, request->fcgx->out);
}

static void answer_send(
    struct request *request, int status, const char *type, const char *extra, const char *body)
{
    answer_send_bytes(request, status, type, "no-store", extra, body, strlen(body));
}

void answer_tagged(
    struct request *request, const char *type, const char *tag, const struct buf *body)
{
    bool is_known = strstr(request_param(request, "HTTP_IF_NONE_MATCH"), tag) != NULL;
    char extra[96];

    snprintf(extra, sizeof extra, "ETag: %s\r\n", tag);
    if (is_known)
        FCGX_FPrintF(request->fcgx->out,
            "Status: 304 %s\r\nCache-Control: no-cache\r\n%s%s\r\n", answer_reason(304),
            request_headers(request), extra);
    else
        answer_send_bytes(request, 200, type, "no-cache", extra, body->data, body->len);
}

void answer_text(struct request *request, int status, const char *type, const char *text)
{
    answer_send(request, status, type, "", text);
}

void answer_empty_with(struct request *request, int status, const char *extra)
{
    FCGX_FPrintF(request->fcgx->out, "Status: %d %s\r\nCache-Control: no-store\r\n%s%s\r\n", status,
        answer_reason(status), request_headers(request), extra);
}

void answer_empty(struct request *request, int status)
{
    answer_empty_with(request, status, "");
}

static void answer_json_as(
    struct request *request, int status, const char *type, const char *extra, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));

    json_decref(json);
    if (!text) {
        /* Only text that is not UTF-8 can do this, and all text was checked when it came in. */
        answer_send(
            request, 500, "text/plain; charset=utf-8", "", "the answer can't be written as JSON\n");
        return;
    }
    answer_send(request, status, type, extra, text);
    free(text);
}

void answer_json(struct request *request, int status, json_t *json)
{
    answer_json_with(request, status, "", json);
}

void answer_json_with(struct request *request, int status, const char *extra, json_t *json)
{
    answer_json_as(request, status, "application/json", extra, json);
}

void answer_problem_with(
    struct request *request, int status, const char *extra, const char *detail, json_t *more)
{
    json_t *problem = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
        answer_reason(status), "status", status, "detail", detail);

    json_object_update(problem, more);
    json_decref(more);
    answer_json_as(request, status, "application/problem+json", extra, problem);
}

void answer_problem(struct request *request, int status, const char *extra, const char *detail)
{
    answer_problem_with(request, status, extra, detail, NULL);
}

int answer_status(const struct error *err)
{
    switch (err->code) {
    case ERR_INPUT:
        /* An error that the client may not read is not the client's mistake. */
        return err->public_text ? 500 : 400;
    case ERR_LIMIT:
        return 429;
    case ERR_BUSY:
    case ERR_IO:
        return 503;
    case ERR_CANCELED:
        return 409;
    case ERR_LIBRARY:
        break;
    }
    return 500;
}

bool answer_may_retry(int status)
{
    return status == 503 || status == 429;
}

const char *answer_detail(const struct error *err)
{
    static atomic_llong logged_ms; /* any thread: one limit for the whole log */
    long long now = clock_monotonic_ms(), before = atomic_load(&logged_ms);

    if (err->public_text && (!before || now - before >= 1000) &&
        atomic_compare_exchange_strong(&logged_ms, &before, now))
        log_warning("a request fails: %s", err->text);
    return error_public_text(err);
}

void answer_error_as(struct request *request, int status, const struct error *err)
{
    answer_problem(
        request, status, answer_may_retry(status) ? "Retry-After: 5\r\n" : "", answer_detail(err));
}

void answer_error(struct request *request, const struct error *err)
{
    answer_error_as(request, answer_status(err), err);
}
