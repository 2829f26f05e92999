/* replay.h - a job's journal as its viewer reads it: in pieces, so that the longest one takes no
 * more memory than a short one, and nobody who reads slowly is hurried.
 *
 * A responder reads the first piece with its own store, and mostly that is all.  What comes behind
 * it is read by one thread with a store of its own, each piece when the one before it has left for
 * the viewer: the loop never waits for the database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "loop/frame.h"
#include "loop/loop.h"
#include "store/store.h"

struct server;

enum { REPLAY_PIECE = 65536 }; /* bytes; its last event may go beyond */

struct replay {
    struct buf bytes;  /* events, as a stream says them */
    uint64_t seq;      /* of its last event, or what it was asked to begin after */
    uint64_t position; /* the journal's end as this read saw it: a watch goes on from there */
    bool is_cut;       /* there may be more: read on after `seq` */
    bool is_ended;     /* it holds the job's last event */
};

/* The next piece after event `after`.  Whatever the answer (of store_job_events()), the caller
 * frees `ret_replay->bytes`.  Any thread. */
int replay_read(struct store *store, const char *job_id, uint64_t after, struct replay *ret_replay,
    struct error *err);

struct replays;

/* Starts the thread.  NULL and a log line if that can't be done. */
struct replays *replays_start(struct server *server);
/* No stream is left. */
void replays_stop(struct replays *replays);

/* A piece that somebody waits for; belongs to the thread until `done`.  Who does not wait any more
 * sets `feed` to NULL, and `done` is not called. */
struct replay_wish {
    /* fixed when asked */
    struct mail mail;
    char job_id[JOB_ID_LEN + 1];
    void (*done)(struct replay_wish *wish); /* loop; the wish is freed when it returns */

    /* loop only */
    void *feed;

    /* the thread's, then the loop's */
    struct replay replay; /* `replay.seq`: at first what to read after */
    bool is_refused;      /* nothing could be read */
    struct frame *frame;  /* what to tell the viewer: the events, behind the last of them how far
                             the job is; or why it must come again.  NULL: nothing */
};

/* Loop thread. */
struct replay_wish *replays_ask(struct replays *replays, const char *job_id, uint64_t after,
    void (*done)(struct replay_wish *wish), void *feed);
