/* handover.c - see handover.h. */
#include "request/handover.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/answer.h"
#include "request/server.h"
#include "sse/sse.h"

/* The id of the last event of a refusal: a client that reconnects sends it as Last-Event-ID. */
static const char refused_id[] = "refused:1", failed_json[] = "{\"state\":\"failed\"}";

/* `retry_ms` and up to half as much again, at random: clients that lost their streams together must
 * not come back together. */
static int handover_jitter(int retry_ms)
{
    return retry_ms + (int)randombytes_uniform((uint32_t)retry_ms / 2 + 1);
}

void handover_head(struct buf *out, const struct request *request)
{
    buf_add_text(out, "Status: 200 OK\r\n"
                      "Content-Type: text/event-stream; charset=utf-8\r\n"
                      "Cache-Control: no-store, no-transform\r\n"
                      "X-Accel-Buffering: no\r\n");
    buf_add_text(out, request_headers(request));
    buf_add_text(out, "\r\n");
    sse_comment(out, "casecast");
    sse_retry(out, handover_jitter(request->server->config->retry_ms));
}

static void handover_deliver(struct mail *mail)
{
    struct handover *handover = list_item(&mail->link, struct handover, mail.link);

    handover->start(handover);
}

static void handover_give(struct request *request, struct handover *handover, struct buf *opening,
    void (*start)(struct handover *handover))
{
    struct server *server = request->server;

    handover->server = server;
    handover->fd = request->fcgx->ipcFd;
    handover->request_id = request->fcgx->requestId;
    handover->opening = frame_new(opening, false);
    handover->start = start;
    request->is_handed_over = true;
    loop_post(server->loop, &handover->mail, handover_deliver);
}

/* A stream with nothing but the time to come back and the reason. */
static void handover_send_away(struct request *request, int retry_ms, const char *detail)
{
    struct buf out = {0};

    handover_head(&out, request);
    sse_retry(&out, handover_jitter(retry_ms));
    sse_comment(&out, detail);
    FCGX_PutStr(out.data, (int)out.len, request->fcgx->out);
    buf_free(&out);
}

void handover_add_retry(struct buf *out, const struct config *config, const struct error *err)
{
    sse_retry(out, handover_jitter(2 * config->retry_ms));
    sse_comment(out, answer_detail(err));
}

void handover_postpone(struct request *request, int status, const char *detail)
{
    struct server *server = request->server;

    atomic_fetch_add(&server->streams->n_ended[STREAM_LIMIT], 1);
    if (request->wants_events)
        handover_send_away(request, 10 * server->config->retry_ms, detail);
    else
        answer_problem(request, status, "Retry-After: 10\r\n", detail);
}

void handover_fail(
    struct request *request, int status, const char *last_message, const struct error *err)
{
    if (!request->wants_events)
        answer_error_as(request, status, err);
    else if (answer_may_retry(status))
        handover_send_away(request, 2 * request->server->config->retry_ms, answer_detail(err));
    else
        handover_refuse(request, status, last_message, answer_detail(err));
}

void handover_post(struct request *request, struct handover *handover, struct buf *opening,
    void (*start)(struct handover *handover))
{
    struct error err;

    if (limits_take(&request->server->streams->limits, request_address(request), &handover->address,
            &err) == 0) {
        handover_give(request, handover, opening, start);
    } else {
        handover_postpone(request, 503, err.text);
        free(handover);
    }
    buf_free(opening);
}

struct stream *handover_open(struct handover *handover, void (*closed)(struct stream *stream))
{
    return stream_open(handover->server->streams, handover->address, handover->fd,
        handover->request_id, handover->opening, closed, handover);
}

static void handover_closed(struct stream *stream)
{
    (void)stream;
}

static void handover_start_whole(struct handover *handover)
{
    stream_close(handover_open(handover, handover_closed), STREAM_FINISHED);
}

void handover_post_whole(struct request *request, struct buf *opening)
{
    handover_post(request, mem_new(struct handover), opening, handover_start_whole);
}

void handover_refuse(
    struct request *request, int status, const char *last_message, const char *detail)
{
    struct buf out = {0};
    char *text;

    if (!request->wants_events) {
        answer_problem(request, status, "", detail);
        return;
    }
    text = mem_format("error %s", detail);
    handover_head(&out, request);
    sse_event(&out, NULL, NULL, text, strlen(text));
    if (last_message)
        sse_event(&out, NULL, NULL, last_message, strlen(last_message));
    sse_event(&out, refused_id, "end", failed_json, sizeof failed_json - 1);
    free(text);
    handover_post_whole(request, &out);
}

bool handover_was_refused(struct request *request)
{
    if (strcmp(request->last_event_id, refused_id) != 0)
        return false;
    answer_empty(request, 204);
    return true;
}
