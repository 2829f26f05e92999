/* handover.h - how an event stream leaves its responder for the loop. */
#pragma once

#include "loop/loop.h"
#include "request/request.h"
#include "stream/stream.h"

/* The first member of every feed.  Made by a responder, then moved to the loop. */
struct arrival {
    struct mail mail;
    struct server *server;
    struct viewer_address *address;
    int fd, request_id;
    struct frame *opening;
    void (*start)(
        struct arrival *arrival); /* loop: opens the stream, which owns the feed from then on */
};

/* The head of every event stream: HTTP header, the request's own lines in it, a first comment, a
 * jittered `retry:`. */
void stream_head(struct buf *out, const struct request *request);

/* Give the connection away: `opening` goes out first (and is freed here), then `start` runs on the
 * loop.  When as many streams are open as may be, the client is told to come back, and the feed is
 * freed. */
void hand_over(struct request *request, struct arrival *arrival, struct buf *opening,
    void (*start)(struct arrival *arrival));

/* For `start`: the stream of an arrival, owning it as its feed. */
struct stream *arrival_open(struct arrival *arrival, void (*over)(struct stream *stream));

/* A stream that says what it has to say and ends. */
void hand_over_whole(struct request *request, struct buf *opening);

/* What went wrong, for whoever asked: an event stream with `error TEXT` and the closing
 * `last_message` (NULL: none) for an EventSource, which could not read a status; the problem
 * `status` for everybody else. */
void stream_refuse(
    struct request *request, int status, const char *last_message, const char *detail);

/* The same of an error: where it may pass (a lock, a disk, a limit) an EventSource is not told an
 * end, but to come back, and a program gets a status with Retry-After. */
void stream_fail(
    struct request *request, int status, const char *last_message, const struct error *err);

/* For a stream that can't go on now: when to come back, and why, with what of `err` a client may
 * hear.  Any thread. */
void stream_come_again(struct buf *out, const struct config *config, const struct error *err);

/* Not now, but later: an EventSource gets a stream that ends at once and a long `retry:`, everybody
 * else a 503. Written by the responder itself, as it must not need a place. */
void stream_postpone(struct request *request, const char *detail);

/* Did stream_refuse() already tell this client, which connects again all the same?  Then answers
 * 204. */
bool stream_was_refused(struct request *request);
