/* loop.h - the one thread that owns all live state, and the one way to reach it from elsewhere.
 *
 * Every type that only the loop's thread may touch holds a pointer to this one.  Other threads post
 * a mail: the mail is moved (the poster keeps no pointer into it) and delivered once, in the order
 * of posting.
 *
 * Room: the loop: the thread that owns live state, its mailbox, and frames to viewers.
 * May use: base.
 * Used by: fcgi/maker, fcgi/monitor, fcgi/request, fcgi/route, fcgi/stream, hub, hub/viewers,
 *     hub/works. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include "base/list.h"

struct mail {
    struct link link;
    /* Called on the loop; owns and frees the mail. */
    void (*deliver)(struct mail *mail);
};

struct loop {
    uv_loop_t uv;         /* loop only */
    uv_async_t wake;      /* any thread, by uv_async_send() */
    pthread_mutex_t lock; /* guards what follows */
    struct link posted;   /* under lock */
    bool is_awake;        /* under lock: uv_async_send() was called for what is posted */
};

void loop_init(struct loop *loop);
/* Delivers what is posted, then ends the loop: no handle is open, and no thread posts any more.
 * Loop thread. */
void loop_deinit(struct loop *loop);

/* Moves the mail to the loop, which calls deliver(mail).  Any thread. */
void loop_post(struct loop *loop, struct mail *mail, void (*deliver)(struct mail *mail));

/* Delivers now what is posted, before its receivers are freed.  Loop thread. */
void loop_deliver(struct loop *loop);
