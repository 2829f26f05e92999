#include "stream.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sse/sse.h"

enum {
    SWEEP_MS = 500,  /* how often silent and stuck streams are looked for */
    END_MS = 5000,   /* how long an ending stream may take to write what it still has */
    DRAIN_MS = 2000, /* the same while the process stops */
    POLL_MAX = 1024, /* descriptors a poll() */
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

/* --- places --- */

struct viewer_address {
    char text[46]; /* first: the tree compares it; an IPv6 address in full */
    int n_open;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Under addresses_lock. */
static struct viewer_address *address_of(struct streams *all, const char *text)
{
    struct viewer_address wanted = {0}, *address;
    void *node;

    strncpy(wanted.text, text, sizeof wanted.text - 1);
    node = tfind(&wanted, &all->addresses, compare);
    if (node)
        return *(struct viewer_address **)node;
    address = mem_new(struct viewer_address);
    *address = wanted;
    tsearch(address, &all->addresses, compare);
    return address;
}

/* Counts one more stream of `text`, unless it has as many as it may. */
static struct viewer_address *address_enter(struct streams *all, const char *text)
{
    struct viewer_address *address;

    pthread_mutex_lock(&all->addresses_lock);
    address = address_of(all, text);
    if (address->n_open < all->config->max_streams_client)
        address->n_open++;
    else
        address = NULL;
    pthread_mutex_unlock(&all->addresses_lock);
    return address;
}

static void address_leave(struct streams *all, struct viewer_address *address)
{
    if (!address)
        return;
    pthread_mutex_lock(&all->addresses_lock);
    if (--address->n_open == 0) {
        tdelete(address, &all->addresses, compare);
        free(address);
    }
    pthread_mutex_unlock(&all->addresses_lock);
}

int streams_take_place(struct streams *streams, const char *address,
    struct viewer_address **ret_address, struct error *err)
{
    const struct config *config = streams->config;

    *ret_address = NULL;
    if (atomic_fetch_add(&streams->n_open, 1) >= config->max_streams) {
        atomic_fetch_sub(&streams->n_open, 1);
        return error_set(err, ERR_LIMIT,
            "%d streams are open, as many as this process takes (CASECAST_MAX_STREAMS)",
            config->max_streams);
    }
    if (!config->max_streams_client)
        return 0;
    *ret_address = address_enter(streams, address);
    if (*ret_address)
        return 0;
    atomic_fetch_sub(&streams->n_open, 1);
    return error_set(err, ERR_LIMIT,
        "%d streams are open from your address, as many as it may have "
        "(CASECAST_MAX_STREAMS_CLIENT)",
        config->max_streams_client);
}

/* --- the queue of a stream --- */

static struct queued *place_take(struct streams *all)
{
    struct queued *place = all->spare;

    if (!place)
        return mem_new(struct queued);
    all->spare = place->next;
    return place;
}

static void place_give(struct streams *all, struct queued *place)
{
    frame_unref(place->frame);
    place->next = all->spare;
    all->spare = place;
}

static void queue_add(struct stream *stream, struct frame *frame)
{
    struct queued *place = place_take(stream->all);

    place->next = NULL;
    place->frame = frame_ref(frame);
    *stream->tail = place;
    stream->tail = &place->next;
    stream->n_waiting += (uint32_t)frame->len;
    if (stream->n_waiting > stream->all->most_waiting)
        stream->all->most_waiting = stream->n_waiting;
}

static void queue_drop_head(struct stream *stream)
{
    struct queued *place = stream->head;

    stream->head = place->next;
    if (!stream->head)
        stream->tail = &stream->head;
    stream->head_sent = 0;
    place_give(stream->all, place);
}

/* All but a frame that is half written: its event would reach the page cut short. */
static void queue_drop_unsent(struct stream *stream)
{
    struct queued **from = stream->head_sent ? &stream->head->next : &stream->head;

    while (*from) {
        struct queued *place = *from;

        *from = place->next;
        stream->n_waiting -= (uint32_t)place->frame->len;
        place_give(stream->all, place);
    }
    stream->tail = from;
}

/* A progress note that still waits is out of date when the next one comes. */
static bool queue_replace_passing(struct stream *stream, struct frame *frame)
{
    struct queued *place = stream->head;

    if (place && stream->head_sent)
        place = place->next;
    for (; place; place = place->next) {
        if (!place->frame->is_passing)
            continue;
        stream->n_waiting += (uint32_t)frame->len - (uint32_t)place->frame->len;
        frame_unref(place->frame);
        place->frame = frame_ref(frame);
        return true;
    }
    return false;
}

/* --- the end of a stream --- */

static void on_closed(uv_handle_t *handle)
{
    struct stream *stream = handle->data;
    struct streams *all = stream->all;

    pen_close(stream->fd);
    address_leave(all, stream->address);
    free(stream->feed);
    free(stream);
    if (atomic_fetch_sub(&all->n_open, 1) == 1 && all->emptied) {
        void (*emptied)(void *ctx) = all->emptied;

        all->emptied = NULL;
        emptied(all->emptied_ctx);
    }
}

static void let_go(struct stream *stream)
{
    if (stream->is_over)
        return;
    stream->is_over = true;
    stream->over(stream);
}

/* At once, with whatever still waits. */
static void shut(struct stream *stream, enum stream_end end)
{
    if (uv_is_closing((uv_handle_t *)&stream->poll))
        return;
    queue_drop_unsent(stream);
    if (stream->head)
        queue_drop_head(stream);
    list_remove(&stream->dirty);
    list_remove(&stream->quiet);
    atomic_fetch_add(&stream->all->n_ended[end], 1);
    uv_close((uv_handle_t *)&stream->poll, on_closed);
    let_go(stream);
}

static void on_descriptor(uv_poll_t *poll, int status, int events);

static void listen_for(struct stream *stream, int events)
{
    uv_poll_start(&stream->poll, UV_READABLE | UV_DISCONNECT | events, on_descriptor);
    stream->is_waiting = events != 0;
}

/* --- writing --- */

static void mark_dirty(struct stream *stream)
{
    if (list_is_empty(&stream->dirty) && !stream->is_waiting)
        list_append(&stream->all->dirty, &stream->dirty);
}

static void count_delivery(struct streams *all, const struct frame *frame)
{
    static const int64_t bounds[N_DELIVERY_BOUNDS] = DELIVERY_BOUNDS_NS;
    int64_t took_ns = clock_monotonic_ns() - frame->posted_ns;
    int i = 0;

    while (i < N_DELIVERY_BOUNDS && took_ns > bounds[i])
        i++;
    atomic_fetch_add_explicit(&all->n_delivered[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(
        &all->delivered_ns, (unsigned long long)took_ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&all->n_frames, 1, memory_order_relaxed);
}

/* Put at most PEN_MAX bytes of the queue; what was put leaves the queue. */
static void put_piece(struct stream *stream)
{
    struct streams *all = stream->all;
    size_t room = PEN_MAX;

    while (stream->head && room) {
        struct frame *frame = stream->head->frame;
        size_t len = frame->len - stream->head_sent;

        if (len > room)
            len = room;
        pen_put(&all->pen, frame->bytes + stream->head_sent, len);
        room -= len;
        stream->head_sent += (uint32_t)len;
        stream->n_waiting -= (uint32_t)len;
        if (stream->head_sent == frame->len) {
            count_delivery(all, frame);
            queue_drop_head(stream);
        }
    }
    atomic_fetch_add_explicit(&all->n_bytes, PEN_MAX - room, memory_order_relaxed);
}

/* The descriptor is writable: write one piece. */
static void write_piece(struct stream *stream)
{
    struct streams *all = stream->all;

    if (stream->head) {
        pen_aim(&all->pen, stream->fd, stream->request_id);
        put_piece(stream);
        if (pen_flush(&all->pen) < 0) {
            shut(stream, STREAM_LEFT);
            return;
        }
    }
    if (!stream->is_ending) {
        stream->since_ms = now_ms(all);
        list_remove(&stream->quiet);
        list_append(&all->quiet, &stream->quiet);
    }
    if (stream->head) {
        mark_dirty(stream);
    } else if (stream->is_ending) {
        pen_end(stream->fd, stream->request_id);
        shut(stream, stream->end);
    }
}

static void write_batch(struct stream **batch, struct pollfd *ready, size_t n)
{
    if (n)
        poll(ready, n, 0);
    for (size_t i = 0; i < n; i++) {
        if (ready[i].revents & (POLLERR | POLLHUP | POLLNVAL))
            shut(batch[i], STREAM_LEFT);
        else if (ready[i].revents & POLLOUT)
            write_piece(batch[i]);
        else
            listen_for(batch[i], UV_WRITABLE);
    }
}

/* Before the loop waits again: write for every stream that got something in this turn.  A stream
 * with more than a piece comes again in the same call, behind the others. */
static void on_turn(uv_prepare_t *turn)
{
    struct streams *all = turn->data;
    struct stream *batch[POLL_MAX];
    struct pollfd ready[POLL_MAX];

    while (!list_is_empty(&all->dirty)) {
        size_t n = 0;

        while (n < POLL_MAX && !list_is_empty(&all->dirty)) {
            batch[n] = list_item(all->dirty.next, struct stream, dirty);
            list_remove(&batch[n]->dirty);
            ready[n] = (struct pollfd){.fd = batch[n]->fd, .events = POLLOUT};
            n++;
        }
        write_batch(batch, ready, n);
    }
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

static void on_descriptor(uv_poll_t *poll, int status, int events)
{
    struct stream *stream = poll->data;

    if (status < 0 || (events & UV_DISCONNECT) ||
        ((events & UV_READABLE) && !peer_is_there(stream))) {
        shut(stream, STREAM_LEFT);
    } else if (events & UV_WRITABLE) {
        listen_for(stream, 0);
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
    stream->tail = &stream->head;
    stream->since_ms = now_ms(streams);
    list_init(&stream->dirty);
    list_init(&stream->quiet);
    list_append(&streams->quiet, &stream->quiet);
    uv_poll_init(&streams->loop->uv, &stream->poll, fd);
    stream->poll.data = stream;
    listen_for(stream, 0);
    atomic_fetch_add(&streams->n_opened, 1);
    stream_send(stream, opening);
    frame_unref(opening);
    return stream;
}

static void end_slow(struct stream *stream)
{
    struct buf bytes = {0};
    struct frame *comment;

    queue_drop_unsent(stream);
    sse_comment(&bytes, "this stream was read too slowly; connect again to go on");
    comment = frame_new(&bytes, false);
    buf_free(&bytes);
    queue_add(stream, comment);
    frame_unref(comment);
    stream_close(stream, STREAM_SLOW);
}

void stream_send(struct stream *stream, struct frame *frame)
{
    if (stream->is_ending || uv_is_closing((uv_handle_t *)&stream->poll))
        return;
    if (frame->is_passing && queue_replace_passing(stream, frame))
        return;
    queue_add(stream, frame);
    if (stream->n_waiting > (uint32_t)stream->all->config->max_stream_kib * 1024)
        end_slow(stream);
    else
        mark_dirty(stream);
}

void stream_close(struct stream *stream, enum stream_end end)
{
    if (stream->is_ending || uv_is_closing((uv_handle_t *)&stream->poll))
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
        if (!stream->head)
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

    if (atomic_load(&streams->n_open) == 0) {
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
    *streams = (struct streams){.config = config, .loop = loop};
    pthread_mutex_init(&streams->addresses_lock, NULL);
    list_init(&streams->dirty);
    list_init(&streams->quiet);
    list_init(&streams->ending);
    uv_prepare_init(&loop->uv, &streams->turn);
    uv_timer_init(&loop->uv, &streams->sweep);
    streams->turn.data = streams->sweep.data = streams;
    uv_prepare_start(&streams->turn, on_turn);
    uv_timer_start(&streams->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    return pen_init(&streams->pen);
}

void streams_deinit(struct streams *streams)
{
    assert(atomic_load(&streams->n_open) == 0);
    uv_close((uv_handle_t *)&streams->turn, NULL);
    uv_close((uv_handle_t *)&streams->sweep, NULL);
    pen_deinit(&streams->pen);
    pthread_mutex_destroy(&streams->addresses_lock);
    while (streams->spare) {
        struct queued *place = streams->spare;

        streams->spare = place->next;
        free(place);
    }
}
