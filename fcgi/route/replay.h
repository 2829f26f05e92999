/* replay.h - the journal of a stream's jobs in pieces, as its viewer reads it: the longest journal
 * takes no more memory than a short one, and a slow viewer has all the time that it needs.
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

enum {
    REPLAY_PIECE = 65536,     /* bytes; the last event of a piece may go beyond */
    REPLAY_JOINT_EVENTS = 256 /* of a joint stream */
};

struct replay {
    struct buf bytes;  /* encoded events */
    uint64_t position; /* the journal's end when this was read: a watch goes on from there */
    bool is_cut;       /* there may be more events behind the cursors */
};

/* Reads the next piece behind the cursors, and moves them.  A joint stream has several jobs; else
 * `n` is 1.  `latest` (of a joint stream; mostly NULL): the client has seen all up to there, and
 * the events before it, which it gets as well, do not set it back.  Returns what
 * store_job_events() returns; in every case the caller frees `ret_replay->bytes`.  Any thread, with
 * its own store. */
int replay_read(struct store *store, bool is_joint, struct job_cursor *cursors, size_t n,
    const struct job_cursor *latest, struct replay *ret_replay, struct error *err);
/* Has every job ended, and was all of it read? */
bool replay_is_over(const struct job_cursor *cursors, size_t n);

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
    bool is_joint;
    size_t n;
    void (*done)(struct replay_request *asked); /* loop */

    /* loop only */
    void *feed;

    /* the thread's, then the loop's */
    struct replay replay;
    bool is_refused;     /* nothing could be read */
    struct frame *frame; /* for the viewer: the events, and behind the last of them the progress; or
                            why it must reconnect.  NULL: nothing */
    struct job_cursor cursors[]; /* at first where to read on, then where the piece ends */
};

/* Asks for the piece behind the cursors, which are copied.  Loop thread. */
struct replay_request *replays_ask(struct replays *replays, bool is_joint,
    const struct job_cursor *cursors, size_t n, void (*done)(struct replay_request *asked),
    void *feed);
