/* descriptors.h - thousands of descriptors on one epoll of our own, which libuv watches as one.
 *
 * A uv_poll_t for each would cost three more system calls and 160 bytes a stream.  Loop thread. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct descriptors {
    uv_poll_t any;
    int epoll;
    /* `item` has bytes to read, room again, or has lost its peer: `events` as epoll_wait(2) gives
     * them.  It may drop any descriptor, but every `item` must stay readable until the loop's turn
     * ends. */
    void (*ready)(void *item, unsigned events);
};

/* 0, or -errno. */
int descriptors_init(
    struct descriptors *all, uv_loop_t *loop, void (*ready)(void *item, unsigned events));

/* Run the loop once more for the handle. */
void descriptors_deinit(struct descriptors *all);

/* Watches `fd` for bytes of the peer and for its end, edge-triggered.  The caller keeps `fd` and
 * `item`.  False: the kernel can't watch one more. */
bool descriptors_add(struct descriptors *all, int fd, void *item);

/* Watches `fd` also for room to write, or no longer.  False: the kernel can't. */
bool descriptors_want_room(struct descriptors *all, int fd, void *item, bool is_wanted);

/* Before `fd` is closed.  A child that is being started may hold a copy of the descriptor: closing
 * ours would not end the watch. */
void descriptors_drop(struct descriptors *all, int fd);
