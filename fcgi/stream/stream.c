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
    SWEEP_MS = 500,  /* how often silent and stuck streams are looked for */
    END_MS = 5000,   /* how long an ending stream may take to write what it still has */
    DRAIN_MS = 2000, /* the same while the process stops */
    POLL_MAX = 1024, /* descriptors a poll() */
    /* A unix socket that says it is writable has three quarters of its buffer free, 150 KB (a TCP
     * socket a third, 29 KB or more).  So many writes of so many bytes fit, with what the kernel
     * counts for each (a unix socket 1,280 bytes in all), and need no question. */
    FREE_WRITES = 32,
    FREE_BYTES = 512,
};

const char *stream_end_name(enum stream_end end)
{
    static const char *const names[] = {"finished", "viewer_left", "slow", "drained", "limit"};

    return names[end];
}

static int64_t now_ms(const struct streams *streams)
{
    return (int64_t)uv_now(&streams->loop->uv);
}

/* --- the end of a stream --- */

static void let_go(struct stream *stream)
{
    if (stream->is_over)
        return;
    stream->is_over = true;
    stream->over(stream);
}

/* At once, with whatever still waits.  It is freed at the turn's end: whoever calls may still look
 * at it. */
static void shut(struct stream *stream, enum stream_end end)
{
    if (stream->is_shut)
        return;
    stream->is_shut = true;
    frame_queue_clear(&stream->queue, &stream->all->pool);
    list_remove(&stream->dirty);
    list_remove(&stream->quiet);
    list_append(&stream->all->shut, &stream->dirty);
    atomic_fetch_add(&stream->all->n_ended[end], 1);
    let_go(stream);
}

static void bury(struct stream *stream)
{
    struct streams *all = stream->all;

    list_remove(&stream->dirty);
    descriptors_drop(&all->descriptors, stream->fd);
    writer_close(stream->fd);
    if (limits_give(&all->limits, stream->address) == 0 && all->emptied) {
        void (*emptied)(void *ctx) = all->emptied;

        all->emptied = NULL;
        emptied(all->emptied_ctx);
    }
    free(stream->feed);
    free(stream);
}

static void wait_for_room(struct stream *stream)
{
    stream->is_waiting = true;
    if (!descriptors_want_room(&stream->all->descriptors, stream->fd, stream, true))
        shut(stream, STREAM_LEFT); /* nothing would wake it: the viewer comes back */
}

/* --- writing --- */

static void mark_dirty(struct stream *stream)
{
    if (list_is_empty(&stream->dirty) && !stream->is_waiting)
        list_append(&stream->all->dirty, &stream->dirty);
}

/* Only the loop counts here, so nothing has to be locked. */
static void count(atomic_ullong *counter, unsigned long long more)
{
    atomic_store_explicit(
        counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

static void count_delivery(struct streams *all, int64_t took_ns)
{
    static const int64_t bounds[N_DELIVERY_BOUNDS] = DELIVERY_BOUNDS_NS;
    int i = 0;

    while (i < N_DELIVERY_BOUNDS && took_ns > bounds[i])
        i++;
    count(&all->n_delivered[i], 1);
    count(&all->delivered_ns, (unsigned long long)took_ns);
    count(&all->n_frames, 1);
}

/* Put at most WRITER_MAX bytes of the queue; what was put leaves the queue. */
static void put_piece(struct stream *stream)
{
    struct streams *all = stream->all;
    size_t room = WRITER_MAX, len;
    const char *bytes;
    struct frame *done;

    while (room && (bytes = frame_queue_next(&stream->queue, room, &len))) {
        writer_put(&all->writer, bytes, len);
        room -= len;
        if (frame_queue_taken(&stream->queue, &all->pool, len, &done)) {
            count_delivery(all, clock_monotonic_ns() - done->posted_ns);
            frame_unref(done);
        }
    }
    room = WRITER_MAX - room; /* put */
    stream->n_replay -= room < stream->n_replay ? (uint32_t)room : stream->n_replay;
    count(&all->n_bytes, room);
}

/* False: the peer is gone. */
static bool flush_writer(struct stream *stream)
{
    struct streams *all = stream->all;

    if (writer_flush(&all->writer, stream->fd, stream->request_id) < 0) {
        shut(stream, STREAM_LEFT);
        return false;
    }
    /* Who is still being told a long replay takes its time, unless the process stops. */
    if (!stream->is_ending || !all->emptied)
        stream->since_ms = now_ms(all);
    if (!stream->is_ending) {
        list_remove(&stream->quiet);
        list_append(&all->quiet, &stream->quiet);
    }
    return true;
}

static void tell_written(struct stream *stream)
{
    void (*written)(struct stream * stream) = stream->written;

    stream->written = NULL;
    written(stream);
}

/* The descriptor is writable: write one piece. */
static void write_piece(struct stream *stream)
{
    if (stream->queue.head) {
        put_piece(stream);
        if (!flush_writer(stream))
            return;
    }
    if (stream->queue.head) {
        mark_dirty(stream);
    } else if (stream->is_ending) {
        writer_end(stream->fd, stream->request_id);
        shut(stream, stream->end);
    } else if (stream->written) {
        tell_written(stream);
    }
}

static bool may_write_freely(struct stream *stream)
{
    if (!stream->n_free_writes || stream->queue.n_waiting > FREE_BYTES)
        return false;
    stream->n_free_writes--;
    return true;
}

/* Asks for one stream alone: once in FREE_WRITES messages that must not wait for the turn's end. */
static bool has_room(struct stream *stream)
{
    struct pollfd one = {.fd = stream->fd, .events = POLLOUT};

    if (poll(&one, 1, 0) != 1 || one.revents != POLLOUT)
        return false;
    stream->n_free_writes = FREE_WRITES;
    return true;
}

static void write_batch(struct stream **batch, struct pollfd *ready, size_t n)
{
    if (n)
        poll(ready, n, 0);
    for (size_t i = 0; i < n; i++) {
        if (ready[i].revents & (POLLERR | POLLHUP | POLLNVAL)) {
            shut(batch[i], STREAM_LEFT);
        } else if (!(ready[i].revents & POLLOUT)) {
            wait_for_room(batch[i]);
        } else {
            batch[i]->n_free_writes = FREE_WRITES;
            write_piece(batch[i]);
        }
    }
}

/* Before the loop waits again: write for every stream that got something in this turn, and free
 * those that were shut.  A stream with more than a piece comes again in the same call, behind the
 * others. */
static void on_turn(uv_prepare_t *turn)
{
    struct streams *all = turn->data;
    struct stream *batch[POLL_MAX];
    struct pollfd ready[POLL_MAX];

    while (!list_is_empty(&all->dirty)) {
        size_t n = 0;

        while (n < POLL_MAX && !list_is_empty(&all->dirty)) {
            struct stream *stream = list_item(all->dirty.next, struct stream, dirty);

            list_remove(&stream->dirty);
            if (may_write_freely(stream)) {
                write_piece(stream);
                continue;
            }
            ready[n] = (struct pollfd){.fd = stream->fd, .events = POLLOUT};
            batch[n++] = stream;
        }
        write_batch(batch, ready, n);
    }
    while (!list_is_empty(&all->shut))
        bury(list_item(all->shut.next, struct stream, dirty));
}

/* nginx sends nothing after a request: what can be read here is its end, or a peer that babbles. */
static bool peer_is_there(struct stream *stream)
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

static void on_ready(void *item, unsigned events)
{
    struct stream *stream = item;

    if (stream->is_shut)
        return;
    if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) ||
        ((events & EPOLLIN) && !peer_is_there(stream))) {
        shut(stream, STREAM_LEFT);
    } else if ((events & EPOLLOUT) && stream->is_waiting) {
        stream->is_waiting = false;
        descriptors_want_room(&stream->all->descriptors, stream->fd, stream, false);
        write_piece(stream);
    }
}

/* --- for the feeds --- */

struct stream *stream_open(struct streams *streams, struct viewer_address *address, int fd,
    int request_id, struct frame *opening, void (*over)(struct stream *stream), void *feed)
{
    struct stream *stream = mem_new(struct stream);

    stream->all = streams;
    stream->address = address;
    stream->fd = fd;
    stream->request_id = request_id;
    stream->over = over;
    stream->feed = feed;
    frame_queue_init(&stream->queue);
    stream->since_ms = now_ms(streams);
    list_init(&stream->dirty);
    list_init(&stream->quiet);
    list_append(&streams->quiet, &stream->quiet);
    stream->n_free_writes = FREE_WRITES; /* nothing was written yet */
    /* Where the kernel can't watch one more, the next write still tells that the peer is gone. */
    descriptors_add(&streams->descriptors, fd, stream);
    atomic_fetch_add(&streams->n_opened, 1);
    stream_replay(stream, opening);
    frame_unref(opening);
    return stream;
}

static void end_slow(struct stream *stream)
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

void stream_send(struct stream *stream, struct frame *frame)
{
    if (stream->is_ending || stream->is_shut)
        return;
    if (frame->is_passing && frame_queue_replace_passing(&stream->queue, frame))
        return;
    frame_queue_add(&stream->queue, &stream->all->pool, frame);
    if (stream->queue.n_waiting > atomic_load(&stream->all->most_waiting))
        atomic_store(&stream->all->most_waiting, stream->queue.n_waiting);
    if (stream->queue.n_waiting - stream->n_replay >
        (uint32_t)stream->all->config->max_stream_kib * 1024)
        end_slow(stream);
    else
        mark_dirty(stream);
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
    mark_dirty(stream); /* it may all be written already */
}

void stream_say(struct stream *stream, const struct buf *bytes)
{
    struct streams *all = stream->all;
    struct frame *frame;

    if (stream->is_ending || stream->is_shut)
        return;
    if (!stream->queue.head && bytes->len <= FREE_BYTES &&
        (may_write_freely(stream) || has_room(stream))) {
        writer_put(&all->writer, bytes->data, bytes->len);
        if (flush_writer(stream)) {
            count_delivery(all, 0);
            count(&all->n_bytes, bytes->len);
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
    stream->since_ms = now_ms(stream->all);
    list_remove(&stream->quiet);
    list_append(&stream->all->ending, &stream->quiet);
    mark_dirty(stream);
    let_go(stream);
}

/* --- all streams --- */

static void say_heartbeats(struct streams *all, int64_t now)
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
        /* What waits for room keeps the order of the list right: it is looked at again after one
         * interval. */
        stream->since_ms = now;
        list_remove(&stream->quiet);
        list_append(&all->quiet, &stream->quiet);
        if (!stream->queue.head)
            stream_send(stream, heartbeat);
    }
    frame_unref(heartbeat);
}

static void shut_stuck(struct streams *all, int64_t now)
{
    int most_ms = all->emptied ? DRAIN_MS : END_MS;

    list_each_safe(at, &all->ending)
    {
        struct stream *stream = list_item(at, struct stream, quiet);

        if (now - stream->since_ms >= most_ms)
            shut(stream, stream->end);
    }
}

static void on_sweep(uv_timer_t *timer)
{
    struct streams *all = timer->data;
    int64_t now = now_ms(all);

    say_heartbeats(all, now);
    shut_stuck(all, now);
}

void streams_drain(struct streams *streams, void (*emptied)(void *ctx), void *ctx)
{
    struct buf bytes = {0};
    struct frame *farewell;

    if (atomic_load(&streams->limits.n_open) == 0) {
        emptied(ctx);
        return;
    }
    streams->emptied = emptied;
    streams->emptied_ctx = ctx;
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
    int failed;

    *streams = (struct streams){.config = config, .loop = loop};
    limits_init(&streams->limits, config);
    list_init(&streams->dirty);
    list_init(&streams->quiet);
    list_init(&streams->ending);
    list_init(&streams->shut);
    uv_prepare_init(&loop->uv, &streams->turn);
    uv_timer_init(&loop->uv, &streams->sweep);
    streams->turn.data = streams->sweep.data = streams;
    uv_prepare_start(&streams->turn, on_turn);
    uv_timer_start(&streams->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    failed = descriptors_init(&streams->descriptors, &loop->uv, on_ready);
    return failed ? failed : writer_init(&streams->writer);
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
