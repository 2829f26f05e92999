/* stream.h - an event stream that has left its responder: a descriptor, what still waits to be
 * written, and nothing else.  Loop thread.
 *
 * What is sent in one turn of the loop is written at its end: one poll() for all the streams that
 * have something, then one write for each that has room (after a poll() the next few small writes
 * need none).  A stream without room waits for its descriptor; nothing here ever blocks.
 *
 * Room: event streams: frames to viewers.
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

enum stream_end {
    STREAM_FINISHED,
    STREAM_LEFT,
    STREAM_SLOW,
    STREAM_DRAINED,
    STREAM_LIMIT,
    N_STREAM_ENDS
};
const char *stream_end_name(enum stream_end end);

struct streams;

/* Upper bounds of the delivery histogram in ns; the last count is of all that took longer. */
#define DELIVERY_BOUNDS_NS                                                                         \
    {                                                                                              \
        1000000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 1000000000           \
    }
enum { N_DELIVERY_BOUNDS = 8 };

struct stream {
    struct streams *all;
    struct viewer_address *address; /* NULL where they are not counted */
    struct link dirty; /* has something to write this turn; once it is shut, waits to be freed */
    struct link quiet; /* in the order of the last write, or of ending */
    struct frame_queue queue;
    /* The stream takes nothing more, for whatever reason: the feed lets go of it and must not call
     * it again. Called once. */
    void (*over)(struct stream *stream);
    void (*written)(struct stream *stream); /* see stream_when_written() */
    void *feed; /* heap memory, freed with the stream: it outlives over() until the turn's end */
    int64_t since_ms;  /* of the last write, or of the end that was asked for since */
    uint32_t n_replay; /* bytes of the replay that wait: they are no sign of slowness */
    int fd, request_id;
    unsigned char n_free_writes; /* small ones that the socket has room for, without asking again */
    bool is_waiting, is_ending, is_over, is_shut; /* waiting: for room */
    enum stream_end end;
};

/* Every stream of a process. */
struct streams {
    /* fixed after start */
    const struct config *config;
    struct loop *loop;

    /* loop only */
    struct writer writer;
    struct descriptors descriptors;
    struct link dirty, quiet, ending, shut;
    struct frame_pool pool;
    uv_prepare_t turn;
    uv_timer_t sweep;
    void (*emptied)(void *ctx); /* set by streams_drain() */
    void *emptied_ctx;

    struct connection_limits limits; /* any thread */

    /* atomic: changed by the loop, read by all */
    atomic_ullong n_opened, n_ended[N_STREAM_ENDS], n_bytes, n_frames;
    atomic_ullong n_delivered[N_DELIVERY_BOUNDS + 1],
        delivered_ns;         /* frames by how long they took; all of it */
    atomic_uint most_waiting; /* bytes: the longest queue so far */
};

int streams_init(struct streams *streams, const struct config *config, struct loop *loop);
void streams_deinit(
    struct streams *streams); /* every stream has ended; run the loop once more for the handles */

/* Says farewell to every stream (they will connect again), waits at most `most_ms` for those that
 * don't read, then calls `emptied(ctx)` once. */
void streams_drain(struct streams *streams, void (*emptied)(void *ctx), void *ctx);

/* A stream on the connection `fd`, which it owns from now on as it does `feed`, in a place taken
 * before.  Sends `opening` (takes the reference) first, however long it is and however slowly it is
 * read: CASECAST_MAX_STREAM_KIB is for what comes after it. */
struct stream *stream_open(struct streams *streams, struct viewer_address *address, int fd,
    int request_id, struct frame *opening, void (*over)(struct stream *stream), void *feed);

/* The same for what else is told of the past; nothing but it and an opening may wait before it. */
void stream_replay(struct stream *stream, struct frame *frame);

/* When all that waits now has left for the viewer, `written` is called, once; never if the stream
 * ends before. */
void stream_when_written(struct stream *stream, void (*written)(struct stream *stream));

/* Queue a frame (takes a reference of its own).  May end the stream as too slow, so `over` may be
 * called. */
void stream_send(struct stream *stream, struct frame *frame);

/* What this stream alone is told, and `bytes` say what time it is: written now, in place of at the
 * turn's end, where nothing waits before them and there is room; else queued.  May end the
 * stream, as the peer is gone, so `over` may be called. */
void stream_say(struct stream *stream, const struct buf *bytes);

/* Write what is queued, then end the response.  Calls `over`. */
void stream_close(struct stream *stream, enum stream_end end);
