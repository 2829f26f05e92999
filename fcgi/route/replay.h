/* replay.h - a job's journal in pieces, as its viewer reads it: the longest journal takes no more
 * memory than a short one, and a slow viewer has all the time that it needs.
 *
 * A responder reads the first piece with its own store; mostly that is all.  One thread with a
 * store of its own reads the other pieces, each when the one before it was written to the viewer:
 * the loop never waits for the database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "loop/frame.h"
#include "loop/loop.h"
#include "store/store.h"

struct server;

enum { REPLAY_PIECE = 65536 }; /* bytes; the last event of a piece may go beyond */

struct replay {
    struct buf bytes;  /* encoded events */
    uint64_t seq;      /* of the last event; without one, of the event before the piece */
    uint64_t position; /* the journal's end when this was read: a watch goes on from there */
    bool is_cut;       /* there may be more events after `seq` */
    bool is_ended;     /* the job's last event is in it */
};

/* Reads the next piece after event `after`.  Returns what store_job_events() returns; in every case
 * the caller frees `ret_replay->bytes`.  Any thread, with its own store. */
int replay_read(struct store *store, const char *job_id, uint64_t after, struct replay *ret_replay,
    struct error *err);

struct replays;

/* Starts the thread.  `server` outlives it.  NULL and a log line: it can't be started. */
struct replays *replays_start(struct server *server);

/* Joins the thread.  No stream is left. */
void replays_stop(struct replays *replays);

/* A request for a piece.  It belongs to the thread until `done`, and is freed when `done` returns.
 * A feed that ends before sets `feed` to NULL, and `done` is not called. */
struct replay_request {
    /* fixed */
    struct mail mail;
    char job_id[JOB_ID_LEN + 1];
    void (*done)(struct replay_request *asked); /* loop */

    /* loop only */
    void *feed;

    /* the thread's, then the loop's */
    struct replay replay; /* `replay.seq`: at first the event to read after */
    bool is_refused;      /* nothing could be read */
    struct frame *frame; /* for the viewer: the events, and behind the last of them the progress; or
                            why it must reconnect.  NULL: nothing */
};

/* Asks for the piece after event `after`.  Loop thread. */
struct replay_request *replays_ask(struct replays *replays, const char *job_id, uint64_t after,
    void (*done)(struct replay_request *asked), void *feed);
