#include "request/handover.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/server.h"
#include "sse/sse.h"

/* The id of the last frame of a refusal: it comes back as Last-Event-ID when the client reconnects.
 */
static const char refused_id[] = "refused:1", failed[] = "{\"state\":\"failed\"}";

/* Between the whole and one and a half times of CASECAST_RETRY_MS, so that clients who lost their
 * streams together don't come back together. */
static int jittered(int retry_ms)
{
    return retry_ms + (int)randombytes_uniform((uint32_t)retry_ms / 2 + 1);
}

void stream_head(struct buf *out, const struct request *request)
{
    buf_add_text(out, "Status: 200 OK\r\n"
                      "Content-Type: text/event-stream; charset=utf-8\r\n"
                      "Cache-Control: no-store, no-transform\r\n"
                      "X-Accel-Buffering: no\r\n");
    buf_add_text(out, request_headers(request));
    buf_add_text(out, "\r\n");
    sse_comment(out, "casecast");
    sse_retry(out, jittered(request->server->config->retry_ms));
}

static void deliver(struct mail *mail)
{
    struct arrival *arrival = list_item(&mail->link, struct arrival, mail.link);

    arrival->start(arrival);
}

static void give_away(struct request *request, struct arrival *arrival, struct buf *opening,
    void (*start)(struct arrival *arrival))
{
    struct server *server = request->server;

    arrival->server = server;
    arrival->fd = request->fcgx->ipcFd;
    arrival->request_id = request->fcgx->requestId;
    arrival->opening = frame_new(opening, false);
    arrival->start = start;
    request->is_handed_over = true;
    loop_post(server->loop, &arrival->mail, deliver);
}

/* A stream that holds nothing but when to come back, and why. */
static void send_away(struct request *request, int retry_ms, const char *detail)
{
    struct buf out = {0};

    stream_head(&out, request);
    sse_retry(&out, jittered(retry_ms));
    sse_comment(&out, detail);
    FCGX_PutStr(out.data, (int)out.len, request->fcgx->out);
    buf_free(&out);
}

void stream_come_again(struct buf *out, const struct config *config, const struct error *err)
{
    sse_retry(out, jittered(2 * config->retry_ms));
    sse_comment(out, request_told(err));
}

void stream_postpone(struct request *request, const char *detail)
{
    struct server *server = request->server;

    atomic_fetch_add(&server->streams->n_ended[STREAM_LIMIT], 1);
    if (request->wants_events)
        send_away(request, 10 * server->config->retry_ms, detail);
    else
        answer_problem(request, 503, "Retry-After: 10\r\n", detail);
}

void stream_fail(
    struct request *request, int status, const char *last_message, const struct error *err)
{
    if (!request->wants_events)
        answer_failure(request, status, err);
    else if (status_may_pass(status))
        send_away(request, 2 * request->server->config->retry_ms, request_told(err));
    else
        stream_refuse(request, status, last_message, request_told(err));
}

void hand_over(struct request *request, struct arrival *arrival, struct buf *opening,
    void (*start)(struct arrival *arrival))
{
    struct error err;

    if (limits_take(&request->server->streams->limits, request_address(request), &arrival->address,
            &err) == 0) {
        give_away(request, arrival, opening, start);
    } else {
        stream_postpone(request, err.text);
        free(arrival);
    }
    buf_free(opening);
}

struct stream *arrival_open(struct arrival *arrival, void (*over)(struct stream *stream))
{
    return stream_open(arrival->server->streams, arrival->address, arrival->fd, arrival->request_id,
        arrival->opening, over, arrival);
}

static void nothing_to_let_go(struct stream *stream)
{
    (void)stream;
}

static void start_whole(struct arrival *arrival)
{
    stream_close(arrival_open(arrival, nothing_to_let_go), STREAM_FINISHED);
}

void hand_over_whole(struct request *request, struct buf *opening)
{
    hand_over(request, mem_new(struct arrival), opening, start_whole);
}

void stream_refuse(
    struct request *request, int status, const char *last_message, const char *detail)
{
    struct buf out = {0};
    char *text;

    if (!request->wants_events) {
        answer_problem(request, status, "", detail);
        return;
    }
    text = mem_format("error %s", detail);
    stream_head(&out, request);
    sse_event(&out, NULL, NULL, text, strlen(text));
    if (last_message)
        sse_event(&out, NULL, NULL, last_message, strlen(last_message));
    sse_event(&out, refused_id, "end", failed, sizeof failed - 1);
    free(text);
    hand_over_whole(request, &out);
}

bool stream_was_refused(struct request *request)
{
    if (strcmp(request->last_event_id, refused_id) != 0)
        return false;
    answer_nothing(request, 204);
    return true;
}
