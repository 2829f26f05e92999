#include "lobby.h"

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
#include "records.h"

enum {
    SWEEP_MS = 500,
    BATCH = 64,
};

struct guest {
    struct link link; /* in waiting or ready */
    int fd;
    int64_t since_ms;
};

struct lobby {
    /* fixed after start */
    struct server *server;
    pthread_t thread;
    int epoll, ready_fd, stop_fd;

    pthread_mutex_t lock;
    /* under lock */
    struct link waiting, ready; /* both oldest first */
};

static enum records look(int fd)
{
    static _Thread_local unsigned char bytes[RECORDS_MAX];
    ssize_t len = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

    if (len < 0)
        return errno == EAGAIN || errno == EINTR ? RECORDS_MORE : RECORDS_BAD;
    return len ? records_look(bytes, (size_t)len) : RECORDS_BAD;
}

/* The one way out of the epoll: a child that is just being started may still hold a copy of the
 * descriptor, and closing ours would not end the watch (descriptors.h). */
static void unwatch(struct lobby *lobby, struct guest *guest)
{
    epoll_ctl(lobby->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
    list_remove(&guest->link);
}

static void refuse(struct lobby *lobby, int fd)
{
    atomic_fetch_add(&lobby->server->n_refused, 1);
    close(fd);
}

int lobby_enter(struct lobby *lobby, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    enum records what = look(fd);
    struct guest *guest;

    if (what == RECORDS_WHOLE)
        return 1;
    if (what == RECORDS_BAD) {
        refuse(lobby, fd);
        return 0;
    }
    guest = mem_new(struct guest);
    guest->fd = fd;
    guest->since_ms = clock_monotonic_ms();
    event.data.ptr = guest;
    pthread_mutex_lock(&lobby->lock);
    list_append(&lobby->waiting, &guest->link);
    /* What has arrived since the look makes the first event.  The lock keeps the lobby's thread
     * from freeing the guest meanwhile. */
    if (epoll_ctl(lobby->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        list_remove(&guest->link);
        free(guest);
        refuse(lobby, fd);
    }
    pthread_mutex_unlock(&lobby->lock);
    return 0;
}

int lobby_ready_fd(const struct lobby *lobby)
{
    return lobby->ready_fd;
}

int lobby_take(struct lobby *lobby)
{
    struct guest *guest = NULL;
    eventfd_t one;
    int fd = -1;

    if (eventfd_read(lobby->ready_fd, &one) < 0)
        return -1;
    pthread_mutex_lock(&lobby->lock);
    if (!list_is_empty(&lobby->ready)) {
        guest = list_item(lobby->ready.next, struct guest, link);
        list_remove(&guest->link);
        fd = guest->fd;
    }
    pthread_mutex_unlock(&lobby->lock);
    free(guest);
    return fd;
}

/* --- the lobby's thread; the rest is under the lock --- */

static void dismiss(struct lobby *lobby, struct guest *guest)
{
    unwatch(lobby, guest);
    refuse(lobby, guest->fd);
    free(guest);
}

static void look_again(struct lobby *lobby, struct guest *guest)
{
    enum records what = look(guest->fd);

    if (what == RECORDS_BAD) {
        dismiss(lobby, guest);
    } else if (what == RECORDS_WHOLE) {
        unwatch(lobby, guest);
        list_append(&lobby->ready, &guest->link);
        eventfd_write(lobby->ready_fd, 1);
    }
}

static void sweep(struct lobby *lobby)
{
    int64_t now = clock_monotonic_ms();

    list_each_safe(at, &lobby->waiting)
    {
        struct guest *guest = list_item(at, struct guest, link);

        if (now - guest->since_ms < REQUEST_MS)
            break;
        dismiss(lobby, guest);
    }
}

/* Every event names a guest that waits: guests leave the epoll with their last event, on this
 * thread. */
static void *thread_main(void *arg)
{
    struct lobby *lobby = arg;
    struct epoll_event events[BATCH];
    bool must_stop = false;

    while (!must_stop) {
        int n = epoll_wait(lobby->epoll, events, BATCH, SWEEP_MS);

        pthread_mutex_lock(&lobby->lock);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                look_again(lobby, events[i].data.ptr);
            else
                must_stop = true;
        }
        sweep(lobby);
        pthread_mutex_unlock(&lobby->lock);
    }
    return NULL;
}

/* --- life --- */

struct lobby *lobby_open(struct server *server)
{
    struct lobby *lobby = mem_new(struct lobby);
    struct epoll_event stop = {.events = EPOLLIN}; /* data.ptr NULL: no guest */

    lobby->server = server;
    list_init(&lobby->waiting);
    list_init(&lobby->ready);
    pthread_mutex_init(&lobby->lock, NULL);
    lobby->epoll = epoll_create1(EPOLL_CLOEXEC);
    lobby->stop_fd = eventfd(0, EFD_CLOEXEC);
    lobby->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (lobby->epoll < 0 || lobby->stop_fd < 0 || lobby->ready_fd < 0 ||
        epoll_ctl(lobby->epoll, EPOLL_CTL_ADD, lobby->stop_fd, &stop) < 0 ||
        pthread_create(&lobby->thread, NULL, thread_main, lobby) != 0) {
        log_error("connections can't be watched: %s", strerror(errno));
        return NULL;
    }
    return lobby;
}

static void close_all(struct link *guests)
{
    list_each_safe(at, guests)
    {
        struct guest *guest = list_item(at, struct guest, link);

        close(guest->fd);
        free(guest);
    }
}

void lobby_close(struct lobby *lobby)
{
    eventfd_write(lobby->stop_fd, 1);
    pthread_join(lobby->thread, NULL);
    close_all(&lobby->waiting);
    close_all(&lobby->ready);
    close(lobby->epoll);
    close(lobby->stop_fd);
    close(lobby->ready_fd);
    pthread_mutex_destroy(&lobby->lock);
    free(lobby);
}
