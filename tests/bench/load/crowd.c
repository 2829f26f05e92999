#include "crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { EVENTS_MAX = 512, REQUEST_MAX = 512, PATH_LEN_MAX = 256 };

void crowd_write_request(char *out, size_t size, const char *path)
{
    int len = snprintf(out, size,
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        "Cache-Control: no-cache\r\n\r\n",
        path);

    if ((size_t)len >= size) {
        fprintf(stderr, "load: the path is too long\n");
        exit(2);
    }
}

void crowd_init(struct crowd *crowd, const struct plan *plan,
    void (*ended)(struct viewer *viewer, bool is_gone))
{
    *crowd = (struct crowd){.plan = plan, .ended = ended, .failures = json_object()};
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->address = (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)plan->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    crowd->viewers = mem_new_n((size_t)plan->n_viewers, struct viewer);
    for (int i = 0; i < plan->n_viewers; i++)
        crowd->viewers[i] = (struct viewer){.crowd = crowd, .fd = -1};
}

void crowd_deinit(struct crowd *crowd)
{
    for (int i = 0; i < crowd->plan->n_viewers; i++)
        viewer_leave(&crowd->viewers[i]);
    close(crowd->epoll);
    free(crowd->viewers);
    free(crowd->latencies_us);
    json_decref(crowd->failures);
}

void crowd_fail(struct crowd *crowd, const char *reason)
{
    json_int_t n = json_integer_value(json_object_get(crowd->failures, reason));

    if (crowd->n_failed++ == 0)
        crowd->n_open_at_failure = crowd->n_open;
    json_object_set_new(crowd->failures, reason, json_integer(n + 1));
}

/* --- messages of a stream --- */

static void on_opened(void *ctx)
{
    struct viewer *viewer = ctx;

    viewer->is_open = true;
    viewer->crowd->n_open++;
    viewer->crowd->n_waiting--;
}

static void keep_latency(struct crowd *crowd, int64_t ns)
{
    if (crowd->n_latencies == crowd->max_latencies) {
        crowd->max_latencies = crowd->max_latencies ? 2 * crowd->max_latencies : 65536;
        crowd->latencies_us =
            mem_grow(crowd->latencies_us, crowd->max_latencies, sizeof *crowd->latencies_us);
    }
    crowd->latencies_us[crowd->n_latencies++] = (uint32_t)(ns > 0 ? ns / 1000 : 0);
}

static void on_message(void *ctx, long number, int64_t sent_ns)
{
    struct viewer *viewer = ctx;
    struct crowd *crowd = viewer->crowd;
    long expected = viewer->last ? viewer->last + 1 : crowd->plan->is_broadcast ? number : 1;

    if (number > expected)
        crowd->n_gaps += number - expected;
    if (!viewer->first)
        viewer->first = number;
    viewer->last = number;
    if (!crowd->n_received++)
        crowd->first_ns = crowd->now_ns;
    crowd->last_ns = crowd->now_ns;
    crowd->has_last = crowd->has_last || number >= crowd->plan->n_messages;
    if (crowd->is_measuring && sent_ns)
        keep_latency(crowd, crowd->now_ns - sent_ns);
}

static void on_finished(void *ctx)
{
    struct viewer *viewer = ctx;

    viewer->is_finished = true;
    viewer->crowd->n_finished++;
}

static const struct reply_watch watch = {on_opened, on_message, on_finished};

/* --- connections --- */

static int open_connection(struct crowd *crowd)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* On loopback connect() ends at once, unless the listener's backlog is full. */
    if (fd >= 0 && connect(fd, (struct sockaddr *)&crowd->address, sizeof crowd->address) == 0) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static void viewer_write_request(const struct viewer *viewer, char *out, size_t size)
{
    const struct crowd *crowd = viewer->crowd;
    const char *path = crowd->plan->path, *at = strchr(path, '@');
    char own[PATH_LEN_MAX];

    if (!at)
        at = path + strlen(path);
    snprintf(own, sizeof own, *at ? "%.*s%d%s" : "%.*s", (int)(at - path), path,
        (int)(viewer - crowd->viewers) + 1, *at ? at + 1 : "");
    crowd_write_request(out, size, own);
}

void viewer_ask(struct viewer *viewer)
{
    struct crowd *crowd = viewer->crowd;
    char request[REQUEST_MAX];
    size_t len;

    viewer_write_request(viewer, request, sizeof request);
    len = strlen(request);
    viewer->reply = (struct reply){0};
    viewer->is_open = viewer->is_finished = false;
    viewer->first = viewer->last = 0;
    crowd->n_waiting++;
    if (send(viewer->fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        crowd_fail(crowd, "the request could not be sent");
}

void viewer_start(struct viewer *viewer)
{
    struct crowd *crowd = viewer->crowd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = viewer};

    viewer->fd = open_connection(crowd);
    if (viewer->fd < 0) {
        crowd_fail(crowd, strerror(errno));
        return;
    }
    crowd->n_connected++;
    viewer_ask(viewer);
    epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, viewer->fd, &event);
}

void viewer_leave(struct viewer *viewer)
{
    struct crowd *crowd = viewer->crowd;

    if (viewer->fd < 0)
        return;
    close(viewer->fd);
    viewer->fd = -1;
    crowd->n_connected--;
    if (viewer->is_open)
        crowd->n_open--;
    else
        crowd->n_waiting--;
    viewer->is_open = false;
}

/* --- reading --- */

static void fail_with_status(struct viewer *viewer)
{
    char reason[64];

    if (viewer->reply.status && viewer->reply.status != 200)
        snprintf(reason, sizeof reason, "HTTP status %d", viewer->reply.status);
    else
        snprintf(reason, sizeof reason, "no event stream");
    crowd_fail(viewer->crowd, reason);
}

static void on_closed(struct viewer *viewer, ssize_t len)
{
    if (!viewer->is_finished)
        crowd_fail(viewer->crowd, len < 0           ? strerror(errno)
                                  : viewer->is_open ? "ended before its last message"
                                                    : "closed without an answer");
    viewer->crowd->ended(viewer, true);
}

static void read_viewer(struct viewer *viewer)
{
    static char bytes[16384];
    ssize_t len = recv(viewer->fd, bytes, sizeof bytes, 0);

    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    viewer->crowd->now_ns = clock_monotonic_ns();
    if (len <= 0) {
        on_closed(viewer, len);
        return;
    }
    switch (reply_feed(&viewer->reply, bytes, (size_t)len, &watch, viewer)) {
    case REPLY_WHOLE:
        if (!viewer->is_finished)
            crowd_fail(viewer->crowd, "ended before its last message");
        viewer->crowd->ended(viewer, false);
        break;
    case REPLY_BAD:
        fail_with_status(viewer);
        viewer->crowd->ended(viewer, true);
        break;
    default:
        break;
    }
}

void crowd_turn(struct crowd *crowd, int ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(crowd->epoll, events, EVENTS_MAX, ms);

    for (int i = 0; i < n; i++) {
        struct viewer *viewer = events[i].data.ptr;

        if (viewer->fd >= 0)
            read_viewer(viewer);
    }
}

/* --- latency --- */

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static json_t *percentile(const struct crowd *crowd, double part)
{
    size_t at = (size_t)(part * (double)(crowd->n_latencies - 1) + 0.5);

    return json_real(crowd->latencies_us[at] / 1000.0);
}

json_t *crowd_latency(struct crowd *crowd)
{
    if (!crowd->n_latencies)
        return json_null();
    qsort(crowd->latencies_us, crowd->n_latencies, sizeof *crowd->latencies_us, compare);
    return json_pack("{s:o, s:o, s:o}", "p50", percentile(crowd, 0.5), "p99",
        percentile(crowd, 0.99), "max", percentile(crowd, 1));
}
