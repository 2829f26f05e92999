/* stream.c - see stream.h. */
#include "stream/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sse/sse.h"

enum {
    SWEEP_MS = 500,   /* between two searches for idle and stuck streams */
    END_MS = 5000,    /* the most that an ending stream may take for its rest */
    DRAIN_MS = 2000,  /* the same while the process stops */
    STALL_MS = 60000, /* nginx waits as long for a viewer (send_timeout in nginx/safe.conf) */
    POLL_MAX = 1024,  /* descriptors a poll() */
    /* A writable unix socket has three quarters of its buffer free, 150 KB (a TCP socket a third,
     * 29 KB or more).  That is room for so many writes of so many bytes without another poll(),
     * with what the kernel counts for each (1,280 bytes in all on a unix socket). */
    FREE_WRITES = 32,
    FREE_BYTES = 512,
};

const char *stream_end_name(enum stream_end end)
{
    static const char *const names[] = {"finished", "viewer_left", "slow", "drained", "limit"};

    return names[end];
}

static int64_t stream_now_ms(const struct streams *streams)
{
    return (int64_t)uv_now(&streams->loop->uv);
}

/* --- the end of a stream --- */

static void stream_tell_closed(struct stream *stream)
{
    if (stream->is_closed)
        return;
    stream->is_closed = true;
    stream->closed(stream);
}

/* Ends the stream at once and drops its queue.  The loop frees the stream at the end of the turn,
 * so the callers may still read it. */
static void stream_shut(struct stream *stream, enum stream_end end)
{
    if (stream->is_shut)
        return;
    stream->is_shut = true;
    frame_queue_clear(&stream->queue, &stream->all->pool);
    list_remove(&stream->dirty);
    list_remove(&stream->quiet);
    list_append(&stream->all->shut, &stream->dirty);
    atomic_fetch_add(&stream->all->n_ended[end], 1);
    stream_tell_closed(stream);
}

static void stream_free(struct stream *stream)
{
    struct streams *all = stream->all;

    list_remove(&stream->dirty);
    descriptors_drop(&all->descriptors, stream->fd);
    writer_close(stream->fd);
    if (limits_give(&all->limits, stream->address) == 0 && all->drained) {
        void (*drained)(void *ctx) = all->drained;

        all->drained = NULL;
        drained(all->drained_ctx);
    }
    free(stream->feed);
    free(stream);
}

static void stream_wait_for_room(struct stream *stream)
{
    stream->is_blocked = true;
    stream->blocked_ms = stream_now_ms(stream->all);
    list_append(&stream->all->blocked, &stream->dirty);
    if (!descriptors_want_room(&stream->all->descriptors, stream->fd, stream, true))
        stream_shut(stream, STREAM_LEFT); /* no event would wake it; the viewer reconnects */
}

/* --- writing --- */

static void stream_mark_dirty(struct stream *stream)
{
    if (list_is_empty(&stream->dirty) && !stream->is_blocked)
        list_append(&stream->all->dirty, &stream->dirty);
}

/* Only the loop writes these counters, so a plain store is enough. */
static void streams_count(atomic_ullong *counter, unsigned long long more)
{
    atomic_store_explicit(
        counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

static void streams_count_delivery(struct streams *all, int64_t took_ns)
{
    static const int64_t bounds[N_DELIVERY_BOUNDS] = DELIVERY_BOUNDS_NS;
    int i = 0;

    while (i < N_DELIVERY_BOUNDS && took_ns > bounds[i])
        i++;
    streams_count(&all->n_delivered[i], 1);
    streams_count(&all->delivered_ns, (unsigned long long)took_ns);
    streams_count(&all->n_frames, 1);
}

/* Moves at most WRITER_MAX bytes from the queue to the writer. */
static void stream_put_piece(struct stream *stream)
{
    struct streams *all = stream->all;
    size_t room = WRITER_MAX, n_put, len;
    const char *bytes;
    struct frame *done;

    while (room && (bytes = frame_queue_next(&stream->queue, room, &len))) {
        writer_put(&all->writer, bytes, len);
        room -= len;
        if (frame_queue_taken(&stream->queue, &all->pool, len, &done)) {
            streams_count_delivery(all, clock_monotonic_ns() - done->posted_ns);
            frame_unref(done);
        }
    }
    n_put = WRITER_MAX - room;
    stream->n_replay -= n_put < stream->n_replay ? (uint32_t)n_put : stream->n_replay;
    streams_count(&all->n_bytes, n_put);
}

/* Writes what the writer holds.  False: the peer is gone, and the stream is shut. */
static bool stream_flush(struct stream *stream)
{
    struct streams *all = stream->all;

    if (writer_flush(&all->writer, stream->fd, stream->request_id) < 0) {
        stream_shut(stream, STREAM_LEFT);
        return false;
    }
    /* Each write gives an ending stream END_MS more, so that a long replay can end; not while the
     * process stops. */
    if (!stream->is_ending || !all->drained)
        stream->since_ms = stream_now_ms(all);
    if (!stream->is_ending) {
        list_remove(&stream->quiet);
        list_append(&all->quiet, &stream->quiet);
    }
    return true;
}

static void stream_tell_written(struct stream *stream)
{
    void (*written)(struct stream * stream) = stream->written;

    stream->written = NULL;
    written(stream);
}

/* Writes one piece.  The descriptor is writable. */
static void stream_write_piece(struct stream *stream)
{
    if (stream->queue.head) {
        stream_put_piece(stream);
        if (!stream_flush(stream))
            return;
    }
    if (stream->queue.head) {
        stream_mark_dirty(stream);
    } else if (stream->is_ending) {
        writer_end(stream->fd, stream->request_id);
        stream_shut(stream, stream->end);
    } else if (stream->written) {
        stream_tell_written(stream);
    }
}

static bool stream_may_write_freely(struct stream *stream)
{
    if (!stream->n_free_writes || stream->queue.n_waiting > FREE_BYTES)
        return false;
    stream->n_free_writes--;
    return true;
}

/* A poll() for one stream: once in FREE_WRITES messages that must not wait for the turn's end. */
static bool stream_has_room(struct stream *stream)
{
    struct pollfd one = {.fd = stream->fd, .events = POLLOUT};

    if (poll(&one, 1, 0) != 1 || one.revents != POLLOUT)
        return false;
    stream->n_free_writes = FREE_WRITES;
    return true;
}

static void streams_write_batch(struct stream **batch, struct pollfd *ready, size_t n)
{
    if (n)
        poll(ready, n, 0);
    for (size_t i = 0; i < n; i++) {
        if (ready[i].revents & (POLLERR | POLLHUP | POLLNVAL)) {
            stream_shut(batch[i], STREAM_LEFT);
        } else if (!(ready[i].revents & POLLOUT)) {
            stream_wait_for_room(batch[i]);
        } else {
            batch[i]->n_free_writes = FREE_WRITES;
            stream_write_piece(batch[i]);
        }
    }
}

/* At the end of a turn: writes for every stream that got something, and frees those that were shut.
 * A stream with more than one piece comes again in the same call, behind the others. */
static void streams_on_turn(uv_prepare_t *turn)
{
    struct streams *all = turn->data;
    struct stream *batch[POLL_MAX];
    struct pollfd ready[POLL_MAX];

    while (!list_is_empty(&all->dirty)) {
        size_t n = 0;

        while (n < POLL_MAX && !list_is_empty(&all->dirty)) {
            struct stream *stream = list_item(all->dirty.next, struct stream, dirty);

            list_remove(&stream->dirty);
            if (stream_may_write_freely(stream)) {
                stream_write_piece(stream);
                continue;
            }
            ready[n] = (struct pollfd){.fd = stream->fd, .events = POLLOUT};
            batch[n++] = stream;
        }
        streams_write_batch(batch, ready, n);
    }
    while (!list_is_empty(&all->shut))
        stream_free(list_item(all->shut.next, struct stream, dirty));
}

/* nginx sends nothing after a request.  False: the peer has closed, or sends without end. */
static bool stream_has_peer(struct stream *stream)
{
    char trash[512];
    ssize_t len;

    for (int i = 0; i < 16; i++) {
        len = recv(stream->fd, trash, sizeof trash, MSG_DONTWAIT);
        if (len < 0)
            return errno == EAGAIN || errno == EINTR;
        if (len == 0)
            return false;
    }
    return false;
}

static void stream_on_ready(void *item, unsigned events)
{
    struct stream *stream = item;

    if (stream->is_shut)
        return;
    if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) ||
        ((events & EPOLLIN) && !stream_has_peer(stream))) {
        stream_shut(stream, STREAM_LEFT);
    } else if ((events & EPOLLOUT) && stream->is_blocked) {
        stream->is_blocked = false;
        list_remove(&stream->dirty);
        descriptors_want_room(&stream->all->descriptors, stream->fd, stream, false);
        stream_write_piece(stream);
    }
}

/* --- calls of the feeds --- */

struct stream *stream_open(struct streams *streams, struct viewer_address *address, int fd,
    int request_id, struct frame *opening, void (*closed)(struct stream *stream), void *feed)
{
    struct stream *stream = mem_new(struct stream);

    stream->all = streams;
    stream->address = address;
    stream->fd = fd;
    stream->request_id = request_id;
    stream->closed = closed;
    stream->feed = feed;
    frame_queue_init(&stream->queue);
    stream->since_ms = stream_now_ms(streams);
    list_init(&stream->dirty);
    list_init(&stream->quiet);
    list_append(&streams->quiet, &stream->quiet);
    stream->n_free_writes = FREE_WRITES; /* the socket's buffer is empty */
    /* If the kernel can't watch one more, the next write still shows that the peer is gone. */
    descriptors_add(&streams->descriptors, fd, stream);
    atomic_fetch_add(&streams->n_opened, 1);
    stream_replay(stream, opening);
    frame_unref(opening);
    return stream;
}

static void stream_end_slow(struct stream *stream)
{
    struct buf bytes = {0};
    struct frame *comment;

    frame_queue_drop_unsent(&stream->queue, &stream->all->pool);
    sse_comment(&bytes, "this stream was read too slowly; connect again to go on");
    comment = frame_new(&bytes, false);
    buf_free(&bytes);
    frame_queue_add(&stream->queue, &stream->all->pool, comment);
    frame_unref(comment);
    stream_close(stream, STREAM_SLOW);
}

static bool stream_takes(const struct stream *stream, size_t more)
{
    return stream->queue.n_waiting - stream->n_replay + more <=
           (size_t)stream->all->config->max_stream_kib * 1024;
}

bool stream_has_room_for(const struct stream *stream, const struct frame *frame)
{
    return stream_takes(stream, frame->len);
}

void stream_send(struct stream *stream, struct frame *frame)
{
    if (stream->is_ending || stream->is_shut)
        return;
    if (frame->passing && frame_queue_replace_passing(&stream->queue, frame))
        return;
    frame_queue_add(&stream->queue, &stream->all->pool, frame);
    if (stream->queue.n_waiting > atomic_load(&stream->all->most_waiting))
        atomic_store(&stream->all->most_waiting, stream->queue.n_waiting);
    if (stream_takes(stream, 0))
        stream_mark_dirty(stream);
    else
        stream_end_slow(stream);
}

void stream_replay(struct stream *stream, struct frame *frame)
{
    if (stream->is_ending || stream->is_shut)
        return;
    stream->n_replay += (uint32_t)frame->len;
    stream_send(stream, frame);
}

void stream_when_written(struct stream *stream, void (*written)(struct stream *stream))
{
    stream->written = written;
    stream_mark_dirty(stream); /* the queue may be empty already */
}

void stream_send_now(struct stream *stream, const struct buf *bytes)
{
    struct streams *all = stream->all;
    struct frame *frame;

    if (stream->is_ending || stream->is_shut)
        return;
    if (!stream->queue.head && bytes->len <= FREE_BYTES &&
        (stream_may_write_freely(stream) || stream_has_room(stream))) {
        writer_put(&all->writer, bytes->data, bytes->len);
        if (stream_flush(stream)) {
            streams_count_delivery(all, 0);
            streams_count(&all->n_bytes, bytes->len);
        }
        return;
    }
    frame = frame_new(bytes, false);
    stream_send(stream, frame);
    frame_unref(frame);
}

void stream_close(struct stream *stream, enum stream_end end)
{
    if (stream->is_ending || stream->is_shut)
        return;
    stream->is_ending = true;
    stream->end = end;
    stream->since_ms = stream_now_ms(stream->all);
    list_remove(&stream->quiet);
    list_append(&stream->all->ending, &stream->quiet);
    stream_mark_dirty(stream);
    stream_tell_closed(stream);
}

/* --- all streams --- */

static void streams_send_heartbeats(struct streams *all, int64_t now)
{
    struct buf bytes = {0};
    struct frame *heartbeat;

    sse_comment(&bytes, "still here");
    heartbeat = frame_new(&bytes, true);
    buf_free(&bytes);
    list_each_safe(at, &all->quiet)
    {
        struct stream *stream = list_item(at, struct stream, quiet);

        if (now - stream->since_ms < all->config->heartbeat_ms)
            break;
        /* A blocked stream gets no heartbeat, but moves to the end as well: the list stays in the
         * order of since_ms. */
        stream->since_ms = now;
        list_remove(&stream->quiet);
        list_append(&all->quiet, &stream->quiet);
        if (!stream->queue.head)
            stream_send(stream, heartbeat);
    }
    frame_unref(heartbeat);
}

static void streams_shut_stuck(struct streams *all, int64_t now)
{
    int most_ms = all->drained ? DRAIN_MS : END_MS;

    list_each_safe(at, &all->ending)
    {
        struct stream *stream = list_item(at, struct stream, quiet);

        if (now - stream->since_ms >= most_ms)
            stream_shut(stream, stream->end);
    }
}

static void streams_end_stalled(struct streams *all, int64_t now)
{
    list_each_safe(at, &all->blocked)
    {
        struct stream *stream = list_item(at, struct stream, dirty);

        if (now - stream->blocked_ms < all->stall_ms)
            break;
        if (!stream->is_ending)
            stream_end_slow(stream);
    }
}

static void streams_on_sweep(uv_timer_t *timer)
{
    struct streams *all = timer->data;
    int64_t now = stream_now_ms(all);

    streams_send_heartbeats(all, now);
    streams_end_stalled(all, now);
    streams_shut_stuck(all, now);
}

void streams_drain(struct streams *streams, void (*drained)(void *ctx), void *ctx)
{
    struct buf bytes = {0};
    struct frame *farewell;

    if (atomic_load(&streams->limits.n_open) == 0) {
        drained(ctx);
        return;
    }
    streams->drained = drained;
    streams->drained_ctx = ctx;
    sse_comment(&bytes, "the server restarts; connect again to go on");
    farewell = frame_new(&bytes, false);
    buf_free(&bytes);
    list_each_safe(at, &streams->quiet)
    {
        struct stream *stream = list_item(at, struct stream, quiet);

        stream_send(stream, farewell);
        stream_close(stream, STREAM_DRAINED);
    }
    frame_unref(farewell);
}

int streams_init(struct streams *streams, const struct config *config, struct loop *loop)
{
    int rc;

    *streams = (struct streams){.config = config, .loop = loop, .stall_ms = STALL_MS};
    limits_init(&streams->limits, config);
    list_init(&streams->dirty);
    list_init(&streams->blocked);
    list_init(&streams->quiet);
    list_init(&streams->ending);
    list_init(&streams->shut);
    uv_prepare_init(&loop->uv, &streams->turn);
    uv_timer_init(&loop->uv, &streams->sweep);
    streams->turn.data = streams->sweep.data = streams;
    uv_prepare_start(&streams->turn, streams_on_turn);
    uv_timer_start(&streams->sweep, streams_on_sweep, SWEEP_MS, SWEEP_MS);
    rc = descriptors_init(&streams->descriptors, &loop->uv, stream_on_ready);
    return rc < 0 ? rc : writer_init(&streams->writer);
}

void streams_deinit(struct streams *streams)
{
    uv_close((uv_handle_t *)&streams->turn, NULL);
    uv_close((uv_handle_t *)&streams->sweep, NULL);
    descriptors_deinit(&streams->descriptors);
    writer_deinit(&streams->writer);
    frame_pool_free(&streams->pool);
    limits_deinit(&streams->limits);
}
