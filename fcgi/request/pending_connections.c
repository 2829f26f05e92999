/* pending_connections.c - see pending_connections.h. */
#include "request/pending_connections.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "request/request_scan.h"

enum {
    SWEEP_MS = 500,
    BATCH = 64,
};

struct connection {
    struct link link; /* in waiting or ready */
    int fd;
    int64_t since_ms;
};

struct pending_connections {
    /* fixed after start */
    struct server *server;
    pthread_t thread;
    int epoll, ready_fd, stop_fd;

    pthread_mutex_t lock;
    /* under lock */
    struct link waiting, ready; /* both oldest first */
};

static enum request_scan pending_scan(int fd)
{
    static _Thread_local unsigned char bytes[SCAN_MAX];
    ssize_t len = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

    if (len < 0)
        return errno == EAGAIN || errno == EINTR ? SCAN_MORE : SCAN_BAD;
    return len ? request_scan(bytes, (size_t)len) : SCAN_BAD;
}

/* A child that is being started may hold a copy of the descriptor: closing ours would not end the
 * watch (stream/descriptors.h). */
static void pending_unwatch(struct pending_connections *pending, struct connection *connection)
{
    epoll_ctl(pending->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    list_remove(&connection->link);
}

static void pending_refuse(struct pending_connections *pending, int fd)
{
    atomic_fetch_add(&pending->server->n_refused, 1);
    close(fd);
}

int pending_add(struct pending_connections *pending, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    enum request_scan what = pending_scan(fd);
    struct connection *connection;

    if (what == SCAN_WHOLE)
        return 1;
    if (what == SCAN_BAD) {
        pending_refuse(pending, fd);
        return 0;
    }
    connection = mem_new(struct connection);
    connection->fd = fd;
    connection->since_ms = clock_monotonic_ms();
    event.data.ptr = connection;
    pthread_mutex_lock(&pending->lock);
    list_append(&pending->waiting, &connection->link);
    /* Bytes that arrived since the scan make the first event.  The lock keeps the thread from
     * freeing the connection before it is watched. */
    if (epoll_ctl(pending->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        list_remove(&connection->link);
        free(connection);
        pending_refuse(pending, fd);
    }
    pthread_mutex_unlock(&pending->lock);
    return 0;
}

int pending_ready_fd(const struct pending_connections *pending)
{
    return pending->ready_fd;
}

int pending_take(struct pending_connections *pending)
{
    struct connection *connection = NULL;
    eventfd_t one;
    int fd = -1;

    if (eventfd_read(pending->ready_fd, &one) < 0)
        return -1;
    pthread_mutex_lock(&pending->lock);
    if (!list_is_empty(&pending->ready)) {
        connection = list_item(pending->ready.next, struct connection, link);
        list_remove(&connection->link);
        fd = connection->fd;
    }
    pthread_mutex_unlock(&pending->lock);
    free(connection);
    return fd;
}

bool pending_is_any(struct pending_connections *pending)
{
    bool is_any;

    pthread_mutex_lock(&pending->lock);
    is_any = !list_is_empty(&pending->waiting) || !list_is_empty(&pending->ready);
    pthread_mutex_unlock(&pending->lock);
    return is_any;
}

/* --- the thread; all of it under the lock, but for epoll_wait() --- */

static void pending_dismiss(struct pending_connections *pending, struct connection *connection)
{
    pending_unwatch(pending, connection);
    pending_refuse(pending, connection->fd);
    free(connection);
}

static void pending_rescan(struct pending_connections *pending, struct connection *connection)
{
    enum request_scan what = pending_scan(connection->fd);

    if (what == SCAN_BAD) {
        pending_dismiss(pending, connection);
    } else if (what == SCAN_WHOLE) {
        pending_unwatch(pending, connection);
        list_append(&pending->ready, &connection->link);
        eventfd_write(pending->ready_fd, 1);
    }
}

static void pending_sweep(struct pending_connections *pending)
{
    int64_t now = clock_monotonic_ms();

    list_each_safe(at, &pending->waiting)
    {
        struct connection *connection = list_item(at, struct connection, link);

        if (now - connection->since_ms < REQUEST_MS)
            break;
        pending_dismiss(pending, connection);
    }
}

/* Every event names a living connection: only this thread takes them out of the epoll. */
static void *pending_thread(void *arg)
{
    struct pending_connections *pending = arg;
    struct epoll_event events[BATCH];
    bool must_stop = false;

    while (!must_stop) {
        int n = epoll_wait(pending->epoll, events, BATCH, SWEEP_MS);

        pthread_mutex_lock(&pending->lock);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                pending_rescan(pending, events[i].data.ptr);
            else
                must_stop = true;
        }
        pending_sweep(pending);
        pthread_mutex_unlock(&pending->lock);
    }
    return NULL;
}

/* --- life --- */

struct pending_connections *pending_open(struct server *server)
{
    struct pending_connections *pending = mem_new(struct pending_connections);
    struct epoll_event stop = {.events = EPOLLIN}; /* data.ptr NULL: not a connection */

    pending->server = server;
    list_init(&pending->waiting);
    list_init(&pending->ready);
    pthread_mutex_init(&pending->lock, NULL);
    pending->epoll = epoll_create1(EPOLL_CLOEXEC);
    pending->stop_fd = eventfd(0, EFD_CLOEXEC);
    pending->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (pending->epoll < 0 || pending->stop_fd < 0 || pending->ready_fd < 0 ||
        epoll_ctl(pending->epoll, EPOLL_CTL_ADD, pending->stop_fd, &stop) < 0 ||
        pthread_create(&pending->thread, NULL, pending_thread, pending) != 0) {
        log_error("connections can't be watched: %s", strerror(errno));
        return NULL;
    }
    return pending;
}

static void pending_close_all(struct link *connections)
{
    list_each_safe(at, connections)
    {
        struct connection *connection = list_item(at, struct connection, link);

        close(connection->fd);
        free(connection);
    }
}

void pending_close(struct pending_connections *pending)
{
    eventfd_write(pending->stop_fd, 1);
    pthread_join(pending->thread, NULL);
    pending_close_all(&pending->waiting);
    pending_close_all(&pending->ready);
    close(pending->epoll);
    close(pending->stop_fd);
    close(pending->ready_fd);
    pthread_mutex_destroy(&pending->lock);
    free(pending);
}
