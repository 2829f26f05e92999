/* descriptors.c - see descriptors.h. */
#include "stream/descriptors.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 512 };

/* Events beyond a batch come in the loop's next turn. */
static void descriptors_on_any(uv_poll_t *any, int status, int events)
{
    struct descriptors *all = any->data;
    struct epoll_event ready[BATCH];
    int n = epoll_wait(all->epoll, ready, BATCH, 0);

    (void)status;
    (void)events;
    for (int i = 0; i < n; i++)
        all->ready(ready[i].data.ptr, ready[i].events);
}

int descriptors_init(
    struct descriptors *all, uv_loop_t *loop, void (*ready)(void *item, unsigned events))
{
    int rc;

    all->ready = ready;
    all->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (all->epoll < 0)
        return -errno;
    rc = uv_poll_init(loop, &all->any, all->epoll);
    if (rc < 0)
        return rc;
    all->any.data = all;
    return uv_poll_start(&all->any, UV_READABLE, descriptors_on_any);
}

static void descriptors_on_closed(uv_handle_t *any)
{
    struct descriptors *all = any->data;

    close(all->epoll);
}

void descriptors_deinit(struct descriptors *all)
{
    uv_close((uv_handle_t *)&all->any, descriptors_on_closed);
}

static bool descriptors_control(
    struct descriptors *all, int operation, int fd, void *item, unsigned more)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET | more, .data.ptr = item};

    return epoll_ctl(all->epoll, operation, fd, &event) == 0;
}

bool descriptors_add(struct descriptors *all, int fd, void *item)
{
    return descriptors_control(all, EPOLL_CTL_ADD, fd, item, 0);
}

bool descriptors_want_room(struct descriptors *all, int fd, void *item, bool is_wanted)
{
    return descriptors_control(all, EPOLL_CTL_MOD, fd, item, is_wanted ? EPOLLOUT : 0);
}

void descriptors_drop(struct descriptors *all, int fd)
{
    epoll_ctl(all->epoll, EPOLL_CTL_DEL, fd, NULL);
}
