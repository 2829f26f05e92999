/* clock_feed.c - GET /api/events: the tutorial's clock, with or without a value from the page.
 *
 *   client_secret   is the first message, once
 *   count           messages, 1 to 86400 (5)
 *   interval        ms between two messages, 100 to 60000 (1000); before the second one up to twice
 * that, where many streams are due at that time: so crowds spread (timer_wheel.h) stamp=1 each
 * message ends with " t=" and CLOCK_MONOTONIC in ns, for measuring align=1         all but the
 * first are due on whole intervals of CLOCK_MONOTONIC, in all streams at the same instant, and are
 * stamped with that instant: for measuring
 *
 * The stream depends only on its arguments and the time, so a client that was cut off resumes it:
 * message n has the id "clock:n". */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "request/answer.h"
#include "request/handover.h"
#include "request/server.h"
#include "route/clock_feed.h"
#include "route/route.h"
#include "sse/sse.h"

static const char last_message[] = "finished";
static const char id_prefix[] = "clock:";

struct clock_feed {
    struct handover handover; /* first: the stream frees the feed by this address */
    struct link due;
    struct stream *stream;
    int64_t started_ms, next_ms; /* of uv_now() */
    int next, count, interval_ms;
    bool is_stamped, is_aligned;
};

/* --- responder --- */

static void clock_feed_id(int n, char ret_id[static 32])
{
    text_put_number(stpcpy(ret_id, id_prefix), (unsigned)n);
}

/* The number of the last message that the client has seen; 0: none of a clock. */
static int clock_feed_seen(const struct request *request, int count)
{
    const char *id = request->last_event_id;
    long long n;

    if (strncmp(id, id_prefix, strlen(id_prefix)) != 0 ||
        !text_number(id + strlen(id_prefix), 0, count + 1, &n))
        return 0;
    return (int)n;
}

static int clock_feed_read_arguments(
    struct request *request, struct clock_feed *feed, struct error *err)
{
    long long count, interval_ms, stamp, align;

    if (arguments_number(&request->arguments, "count", 1, 86400, 5, &count, err) < 0 ||
        arguments_number(&request->arguments, "interval", 100, 60000, 1000, &interval_ms, err) <
            0 ||
        arguments_number(&request->arguments, "stamp", 0, 1, 0, &stamp, err) < 0 ||
        arguments_number(&request->arguments, "align", 0, 1, 0, &align, err) < 0)
        return -ERR_INPUT;
    feed->count = (int)count;
    feed->interval_ms = (int)interval_ms;
    feed->is_stamped = stamp == 1;
    feed->is_aligned = align == 1;
    return 0;
}

/* It has the id of a message 0, so that a client that resumes does not get it again. */
static void clock_feed_add_secret(struct buf *out, const struct argument *secret)
{
    struct buf text = {0};
    char id[32];

    clock_feed_id(0, id);
    buf_add_text(&text,
        "Message: Client secret communicated from frontend to backend at frontend "
        "initiating SSE. Backend sends text stream to the frontend, the client secret: ");
    buf_add(&text, secret->value, secret->value_len);
    sse_event(out, id, NULL, text.data, text.len);
    buf_free(&text);
}

/* Fills the feed and the opening of its stream.  False: there is no stream, and the request was
 * answered. */
static bool clock_feed_prepare(
    struct request *request, struct clock_feed *feed, struct buf *ret_opening)
{
    const struct argument *secret = arguments_find(&request->arguments, "client_secret");
    struct error err;

    if (handover_was_refused(request))
        return false;
    if (clock_feed_read_arguments(request, feed, &err) < 0) {
        handover_refuse(request, 400, last_message, err.text);
        return false;
    }
    feed->next = clock_feed_seen(request, feed->count) + 1;
    if (feed->next > feed->count + 1) {
        answer_empty(request, 204);
        return false;
    }
    handover_head(ret_opening, request);
    if (secret && !*request->last_event_id)
        clock_feed_add_secret(ret_opening, secret);
    if (request->is_head)
        FCGX_PutStr(ret_opening->data, (int)ret_opening->len, request->fcgx->out);
    return !request->is_head;
}

static void clock_feed_start(struct handover *handover);

void route_clock(struct request *request)
{
    struct clock_feed *feed = mem_new(struct clock_feed);
    struct buf opening = {0};

    if (clock_feed_prepare(request, feed, &opening)) {
        handover_post(request, &feed->handover, &opening, clock_feed_start);
    } else {
        buf_free(&opening);
        free(feed);
    }
}

/* --- loop --- */

/* The server's local time as ctime() writes it, formatted once a second. */
static const char *clock_feed_time_text(void)
{
    static _Thread_local char text[32];
    static _Thread_local time_t made_for;
    time_t now = time(NULL);
    struct tm local;

    if (now != made_for) {
        localtime_r(&now, &local);
        strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &local);
        made_for = now;
    }
    return text;
}

/* An aligned message has the time at which it was due in all streams. */
static int64_t clock_feed_stamp_ns(const struct clock_feed *feed)
{
    return feed->is_aligned ? feed->next_ms * 1000000 : clock_monotonic_ns();
}

static void clock_feed_encode_message(const struct clock_feed *feed, struct buf *out)
{
    char id[32], text[128], *end = stpcpy(text, "Message ");

    end = text_put_number(end, (unsigned)feed->next);
    end = stpcpy(end, ": The server time is: ");
    end = stpcpy(end, clock_feed_time_text());
    if (feed->is_stamped)
        end = text_put_number(stpcpy(end, " t="), (unsigned long long)clock_feed_stamp_ns(feed));
    clock_feed_id(feed->next, id);
    sse_event(out, id, NULL, text, (size_t)(end - text));
}

static void clock_feed_encode_last(const struct clock_feed *feed, struct buf *out)
{
    char id[32];

    clock_feed_id(feed->count + 1, id);
    sse_event(out, id, NULL, last_message, strlen(last_message));
}

/* `finished` comes an interval after the last message, as in the tutorial. */
static void clock_feed_schedule(struct clock_feed *feed)
{
    struct timer_wheel *wheel = &feed->handover.server->wheel;
    bool is_first = feed->next_ms == feed->started_ms;

    feed->next_ms += feed->interval_ms;
    if (feed->is_aligned)
        feed->next_ms -= feed->next_ms % feed->interval_ms;
    else if (is_first)
        feed->next_ms = timer_wheel_uncrowded(wheel, feed->next_ms, feed->interval_ms);
    timer_wheel_schedule(wheel, &feed->due, feed->next_ms);
}

/* Sends the message that is due, and schedules the next.  The stream may have ended afterwards. */
static void clock_feed_step(struct clock_feed *feed)
{
    struct stream *stream = feed->stream;
    bool is_last = feed->next > feed->count;
    static _Thread_local struct buf bytes; /* kept: no allocation for a message */

    bytes.len = 0;
    if (is_last)
        clock_feed_encode_last(feed, &bytes);
    else
        clock_feed_encode_message(feed, &bytes);
    feed->next++;
    if (!is_last)
        clock_feed_schedule(feed);
    stream_send_now(stream, &bytes);
    if (is_last)
        stream_close(stream, STREAM_FINISHED);
}

void clock_feed_due(struct link *link)
{
    clock_feed_step(list_item(link, struct clock_feed, due));
}

static void clock_feed_closed(struct stream *stream)
{
    struct clock_feed *feed = stream->feed;

    timer_wheel_cancel(&feed->handover.server->wheel, &feed->due);
}

static void clock_feed_start(struct handover *handover)
{
    struct clock_feed *feed = (struct clock_feed *)handover;
    struct server *server = handover->server;

    list_init(&feed->due);
    feed->started_ms = feed->next_ms = (int64_t)uv_now(&server->loop->uv);
    feed->stream = handover_open(handover, clock_feed_closed);
    clock_feed_step(feed);
}
