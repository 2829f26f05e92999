/* descriptors.h - thousands of descriptors on one epoll of our own, which libuv waits for as one.
 *
 * A uv_poll_t each would cost three more system calls a stream and 160 bytes.  Loop thread. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct descriptors {
    uv_poll_t any;
    int epoll;
    /* `item` has something to read, room again, or has lost its peer: `events` of epoll(7).  It may
     * drop any descriptor, but `item`s must stay readable until all calls of one turn were made. */
    void (*ready)(void *item, unsigned events);
};

/* 0, or -errno. */
int descriptors_init(
    struct descriptors *all, uv_loop_t *loop, void (*ready)(void *item, unsigned events));
void descriptors_deinit(struct descriptors *all); /* run the loop once more for the handle */

/* Watch `fd` from now on, for the peer's bytes and its end, as they come.  False: the kernel can't.
 */
bool descriptors_add(struct descriptors *all, int fd, void *item);

/* Also, or no longer, for room to write. */
bool descriptors_want_room(struct descriptors *all, int fd, void *item, bool is_wanted);

/* Before `fd` is closed: a child that is just being started may still hold a copy of it, and
 * closing ours would not end the watch. */
void descriptors_drop(struct descriptors *all, int fd);
