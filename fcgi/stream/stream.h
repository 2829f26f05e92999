/* stream.h - an event stream on the loop: a descriptor, the frames that wait to be written, and
 * nothing else.  A responder opens the response and hands the connection over (request/handover.h).
 *
 * What is sent in one turn of the loop is written at its end: one poll() for all streams that have
 * something, then one write for each that has room (after a poll() the next few small writes need
 * none).  A stream without room waits for its descriptor.  Nothing here blocks.
 *
 * Loop thread, except the counters.
 *
 * Room: event streams: the frames, the writer and the timers of all viewers.
 * May use: base, loop, sse.
 * Used by: fcgi/request. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/config.h"
#include "base/list.h"
#include "loop/frame.h"
#include "loop/loop.h"
#include "stream/connection_limits.h"
#include "stream/descriptors.h"
#include "stream/frame_queue.h"
#include "stream/writer.h"

/* Why a stream ended. */
enum stream_end {
    STREAM_FINISHED, /* its feed sent all */
    STREAM_LEFT,     /* the viewer closed the connection */
    STREAM_SLOW,    /* more than CASECAST_MAX_STREAM_KIB waited, or nothing was read for stall_ms */
    STREAM_DRAINED, /* the viewer must reconnect: the process stops, or the database was replaced */
    STREAM_LIMIT,   /* a connection limit was reached: never opened */
    N_STREAM_ENDS
};

/* The name of `end` in the metrics; a constant.  Any thread. */
const char *stream_end_name(enum stream_end end);

struct streams;

/* Upper bounds of the delivery histogram, ns; one more count holds what took longer. */
#define DELIVERY_BOUNDS_NS                                                                         \
    {                                                                                              \
        1000000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 1000000000           \
    }
enum { N_DELIVERY_BOUNDS = 8 };

struct stream {
    struct streams *all;
    struct viewer_address *address; /* NULL where addresses are not counted */
    struct link dirty; /* has something to write in this turn; while it is blocked: in the order of
                          blocked_ms; after the end: waits to be freed */
    struct link quiet; /* in the order of since_ms: among the open streams, or the ending ones */
    struct frame_queue queue;
    void (*closed)(struct stream *stream);  /* see stream_open() */
    void (*written)(struct stream *stream); /* see stream_when_written() */
    void *feed;       /* heap memory; freed with the stream, at the end of the turn that ends it */
    int64_t since_ms; /* of the last write or heartbeat; of an ending stream: its last write or the
                         call that ended it */
    int64_t blocked_ms; /* since when it is blocked; no heartbeat moves it */
    uint32_t n_replay;  /* bytes in the queue that belong to the replay: they don't make it slow */
    int fd, request_id;
    unsigned char n_free_writes; /* small writes that have room without another poll() */
    /* blocked: waits for room in the socket; ending: writes its rest; closed: the feed knows of the
     * end; shut: written no more, freed at the end of the turn */
    bool is_blocked, is_ending, is_closed, is_shut;
    enum stream_end end;
};

/* All streams of a process. */
struct streams {
    /* fixed after start */
    const struct config *config;
    struct loop *loop;
    int64_t stall_ms; /* the longest that a stream may be blocked: a minute */

    /* loop only */
    struct writer writer;
    struct descriptors descriptors;
    struct link dirty, blocked, quiet, ending, shut;
    struct frame_pool pool;
    uv_prepare_t turn;
    uv_timer_t sweep;
    void (*drained)(void *ctx); /* set by streams_drain() */
    void *drained_ctx;

    struct connection_limits limits; /* any thread */

    /* atomic: written by the loop, read by all */
    atomic_ullong n_opened, n_ended[N_STREAM_ENDS], n_bytes, n_frames;
    /* frames by the time from posting to the last byte flushed; the sum of those times */
    atomic_ullong n_delivered[N_DELIVERY_BOUNDS + 1], delivered_ns;
    atomic_uint most_waiting; /* bytes: the longest queue so far */
};

/* `config` and `loop` outlive the streams.  0, or -errno: a descriptor can't be made. */
int streams_init(struct streams *streams, const struct config *config, struct loop *loop);

/* Every stream has ended.  Run the loop once more for the handles. */
void streams_deinit(struct streams *streams);

/* Sends every stream a comment that asks it to reconnect, and ends it.  Calls `drained(ctx)` once,
 * when the last one is freed; a viewer that does not read delays this by two seconds or so. */
void streams_drain(struct streams *streams, void (*drained)(void *ctx), void *ctx);

/* A stream on the connection `fd`.  It owns `fd`, `feed` (freed by free()) and `address`, which
 * limits_take() gave.  `opening` (takes the reference) is sent first, however long it is and
 * however slowly the viewer reads: CASECAST_MAX_STREAM_KIB holds only for what comes after it.
 *
 * `closed` is called once, when the stream takes nothing more, whatever the reason: the feed must
 * not use the stream after that call. */
struct stream *stream_open(struct streams *streams, struct viewer_address *address, int fd,
    int request_id, struct frame *opening, void (*closed)(struct stream *stream), void *feed);

/* Queues a frame of the replay (takes a reference of its own), to which CASECAST_MAX_STREAM_KIB
 * does not apply either.  Only an opening and other frames of the replay may wait before it. */
void stream_replay(struct stream *stream, struct frame *frame);

/* Calls `written` once, when all that waits now is written; never if the stream ends before. */
void stream_when_written(struct stream *stream, void (*written)(struct stream *stream));

/* Would stream_send() take this frame without ending the stream as too slow? */
bool stream_has_room_for(const struct stream *stream, const struct frame *frame);

/* Queues a frame (takes a reference of its own), to be written at the end of the turn.  A passing
 * frame (frame.h) replaces one that waits.  May end the stream as too slow, and call `closed`. */
void stream_send(struct stream *stream, struct frame *frame);

/* For bytes that hold the time and go to this stream alone: writes them now, not at the end of the
 * turn, if nothing waits before them and the socket has room; else queues a copy.  May end the
 * stream, and so call `closed`. */
void stream_send_now(struct stream *stream, const struct buf *bytes);

/* Writes what is queued, then ends the response; `end` goes into the metrics.  Calls `closed`. */
void stream_close(struct stream *stream, enum stream_end end);
