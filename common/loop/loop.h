/* loop.h - the one thread that owns all live state, and the one way to reach it from elsewhere.
 *
 * Every type that only the loop's thread may touch holds a pointer to this one.  Anybody else posts
 * a mail: the mail is moved (the poster keeps no pointer into it), delivered once, in the order of
 * posting.
 *
 * Room: the loop: the thread that owns live state, its mailbox, and frames to viewers.
 * May use: base.
 * Used by: fcgi/request, fcgi/route, fcgi/stream, hub, hub/viewers, hub/works. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include "base/list.h"

struct mail {
    struct link link;
    /* Runs on the loop and owns the mail from then on. */
    void (*deliver)(struct mail *mail);
};

struct loop {
    uv_loop_t uv;         /* loop only */
    uv_async_t wake;      /* any thread, by uv_async_send() */
    pthread_mutex_t lock; /* guards what follows */
    struct link posted;   /* under lock */
    bool is_awake;        /* under lock: a wake-up is under way */
};

void loop_init(struct loop *loop);
/* Closes the mailbox: nobody may post any more.  What still lies there is delivered first. */
void loop_deinit(struct loop *loop);

/* Any thread. */
void loop_post(struct loop *loop, struct mail *mail, void (*deliver)(struct mail *mail));

/* Loop thread: deliver now what is posted, for whoever is about to free what the mails speak of. */
void loop_deliver(struct loop *loop);
