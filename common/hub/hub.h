/* hub.h - hands a job's events to everyone who watches it, and runs the jobs this process has
 * claimed.
 *
 * The journal is the bus.  One thread of the hub (the clerk, clerk.c) reads it, renews the leases
 * and claims what is queued; it posts what it finds to the loop, which passes it to the watches. So
 * a watch sees the same whether its job runs in this process or in another one.  Loop thread,
 * except where noted.
 *
 * Room: jobs that this process runs, and their events to everyone who watches.
 * May use: base, job, sse, store.
 * Used by: fcgi, fcgi/kind, fcgi/request, fcgi/route, fcgi/stream. */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "hub/frame.h"
#include "hub/kind.h"
#include "hub/loop.h"
#include "store/store.h"

struct hub;

enum { HUB_E_BEHIND = 1 }; /* that far back is no longer kept: read the store again */

struct watch {
    struct link link; /* in its channel */
    struct channel *channel;
    uint64_t after;                /* journal position: what came later is still to be told */
    char watcher[WATCHER_LEN + 1]; /* whose it is, see store.h; set before hub_watch() */
    /* The callee takes no reference of its own unless it calls frame_ref().  `is_last`: nothing
     * follows; the watch may be closed in here.  `frame` NULL: the database was deleted or
     * replaced; the viewer must come again, and the watch is closed in here. */
    void (*tell)(struct watch *watch, struct frame *frame, bool is_last);
};

struct hub_counts {
    int n_watches, n_running;
    unsigned long long n_done, n_failed, n_canceled; /* jobs that ended here */
};

/* Starts the clerk.  `kinds` ends with NULL and outlives the hub. */
struct hub *hub_new(
    struct loop *loop, const struct config *config, const struct job_kind *const *kinds);

/* Tell of every event of `job_id` after journal position `after` (store_job_events() gave it), as
 * they come.  A watch of it that is open already is told again from there on: whoever still reads
 * the store is watching, too, but takes nothing yet.
 * HUB_E_BEHIND: so much has happened since that the viewer must read the store again. */
int hub_watch(struct hub *hub, struct watch *watch, const char *job_id, uint64_t after);
void watch_close(
    struct watch *watch); /* harmless on one that is not open; `watch` must be zeroed at first */

/* There is news in the store.  Any thread; saves the clerk's few milliseconds of sleep. */
void hub_poke(struct hub *hub);

/* Stop claiming, ask what runs to stop, wait for it, give the leases back; then `done(ctx)` is
 * called once. */
void hub_drain(struct hub *hub, void (*done)(void *ctx), void *ctx);
void hub_free(struct hub *hub); /* after `done` */

/* When the clerk last came round, ms of CLOCK_MONOTONIC.  Any thread. */
int64_t hub_turned_ms(const struct hub *hub);

/* Is the journal being followed?  Before that hub_watch() answers HUB_E_BEHIND.  Any thread. */
bool hub_is_ready(const struct hub *hub);

/* Any thread. */
void hub_count(const struct hub *hub, struct hub_counts *ret_counts);

/* The frame of a `job` event: id, state, position.  No id: field, so it moves nobody's
 * Last-Event-ID. */
void hub_encode_job(struct buf *out, const struct job_kind *kind, const struct job *job);
void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event);
void hub_encode_progress(struct buf *out, const struct job *job); /* nothing if there is none */
