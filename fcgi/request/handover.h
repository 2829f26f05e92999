/* handover.h - how an event stream leaves its responder for the loop, and what a request for a
 * stream gets that has none.  Responder thread, except where noted. */
#pragma once

#include "loop/loop.h"
#include "request/request.h"
#include "stream/stream.h"

/* The first member of every feed: a responder makes the feed, and the loop owns it from then on. */
struct handover {
    struct mail mail;
    struct server *server;
    struct viewer_address *address;
    int fd, request_id;
    struct frame *opening;
    /* Loop thread: opens the stream by handover_open(), which owns the feed from then on. */
    void (*start)(struct handover *handover);
};

/* Adds the head of every event stream: the HTTP header with the request's own lines, a first
 * comment, a jittered `retry:`. */
void handover_head(struct buf *out, const struct request *request);

/* Moves the connection and the feed that begins with `handover` (heap memory) to the loop:
 * `opening` goes out first (it is freed here), then `start` runs.  If a connection limit is reached
 * the client is told to come back later, and the feed is freed. */
void handover_post(struct request *request, struct handover *handover, struct buf *opening,
    void (*start)(struct handover *handover));

/* For `start`: the stream, with the feed as its `feed`; `closed` as for stream_open(). */
struct stream *handover_open(struct handover *handover, void (*closed)(struct stream *stream));

/* A stream that is `opening` alone (it is freed here) and ends. */
void handover_post_whole(struct request *request, struct buf *opening);

/* Refuses a request.  An EventSource can't read a status: it gets a stream with `error DETAIL`,
 * then `last_message` (NULL: none), then the event `end`.  Other clients get a problem. */
void handover_refuse(
    struct request *request, int status, const char *last_message, const char *detail);

/* The same for `err`.  Where a retry may help (a lock, a disk, a limit) an EventSource gets no end
 * but a `retry:`, and other clients a status with Retry-After. */
void handover_fail(
    struct request *request, int status, const char *last_message, const struct error *err);

/* A limit is reached: an EventSource gets a stream that ends at once and a long `retry:`, other
 * clients `status`, 503 or 429.  The responder writes it, as the stream must not count against the
 * limit. */
void handover_postpone(struct request *request, int status, const char *detail);

/* For a stream that can't go on: adds when to come back, and the part of `err` that a client may
 * read. Any thread. */
void handover_add_retry(struct buf *out, const struct config *config, const struct error *err);

/* Has handover_refuse() refused this client, which connects again all the same?  Then it is
 * answered with 204, which stops an EventSource. */
bool handover_was_refused(struct request *request);
