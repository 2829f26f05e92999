/* hub.h - hands a job's events to everyone who watches it, and runs the jobs that this process has
 * claimed.
 *
 * The journal in the store is the bus.  One thread (the clerk, clerk.h) reads it, renews the lease
 * and claims what is queued; it posts what it finds to the loop, which passes it to the watches. So
 * a watch gets the same whether its job runs in this process or in another one.  Loop thread,
 * except where noted.
 *
 * Room: inbox, viewers, works and clerk, put together for one process.
 * May use: base, hub/clerk, hub/helper, hub/inbox, hub/kind, hub/pruner,
 *     hub/viewers, hub/works, loop, store.
 * Used by: fcgi/maker, fcgi/request. */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "hub/kind/encode.h"
#include "hub/kind/kind.h"
#include "hub/viewers/watch.h"
#include "loop/frame.h"
#include "loop/loop.h"
#include "store/store.h"

struct hub;

struct hub_counts {
    int n_watches, n_running;
    unsigned long long n_done, n_failed, n_canceled; /* jobs that ended in this process */
    unsigned long long n_forgotten;                  /* ended jobs, by this process */
    unsigned long long n_files_removed;              /* that were sent, by this process */
    unsigned long long n_parts_helped;               /* made here for other machines */
    unsigned long long n_parts[N_PART_FATE];         /* of our jobs, left to other machines */
};

/* Starts the clerk, and what helps other machines.  All arguments outlive
 * the hub; the caller ends it with hub_drain() and hub_free(). */
struct hub *hub_new(struct loop *loop, const struct config *config, const struct kinds *kinds);

/* The same for one job: no other is claimed, none is helped with, and none is forgotten. */
struct hub *hub_new_for(
    struct loop *loop, const struct config *config, const struct kinds *kinds, const char *job_id);

/* Delivers every event of `job_id` after journal position `after` (store_job_events() gave it), as
 * it comes: those that are kept already before this returns.  An open watch starts again from
 * there: a viewer that still reads the store is watching, too, but takes no events yet.  The caller
 * owns the watch and ends it with watch_close(). HUB_E_BEHIND: events after `after` are no longer
 * kept; the viewer must read the store again. */
int hub_watch(struct hub *hub, struct watch *watch, const char *job_id, uint64_t after);

/* The same for `n` jobs, each with a watch of its own: their events come in the order of the
 * journal.  All watches are open afterwards, or (HUB_E_BEHIND) as they were before. */
int hub_watch_jobs(struct hub *hub, struct watch *const watches[], const char *const job_ids[],
    size_t n, uint64_t after);

/* The clerk reads the store at once instead of some milliseconds later.  Any thread. */
void hub_poke(struct hub *hub);

/* A publisher ended a job, and this process has written it.  Any thread. */
void hub_count_published(struct hub *hub, enum job_state state);

/* Stops claiming, asks the works to stop, waits for their end; then `done(ctx)` is called once on
 * the loop.  May wait STORE_WAIT_MS for a claim under way. */
void hub_drain(struct hub *hub, void (*done)(void *ctx), void *ctx);
/* After `done`: gives the jobs back and frees the hub. */
void hub_free(struct hub *hub);

/* When the clerk's last round ended, ms of CLOCK_MONOTONIC.  Any thread. */
int64_t hub_turned_ms(const struct hub *hub);

/* Does the clerk follow the journal?  Before that hub_watch() returns HUB_E_BEHIND.  Any thread. */
bool hub_is_ready(const struct hub *hub);

/* Any thread. */
void hub_count(const struct hub *hub, struct hub_counts *ret_counts);

/* Engines of other machines whose jobs this process may not help with, and how many of these jobs
 * it has seen.  Any thread. */
void hub_each_refused(
    struct hub *hub, void (*each)(void *ctx, const char *engine, unsigned long long n), void *ctx);

/* The random name under which this process owns jobs in the store.  Any thread. */
const char *hub_member_name(const struct hub *hub);
/* The name of the engine of all kinds of this process; "": they have none.  Any thread. */
const char *hub_engine(const struct hub *hub);
