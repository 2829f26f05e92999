/* works.h - the jobs that run in this process, each a libuv work request.  Loop thread, except
 * where noted.
 *
 * Room: the jobs that run in this process.
 * May use: base, hub/inbox, hub/kind, loop, store.
 * Used by: hub, hub/clerk. */
#pragma once

#include "hub/inbox/inbox.h"
#include "hub/kind/kind.h"
#include "loop/loop.h"

enum work_stop {
    WORK_GOES_ON,
    WORK_CANCELED, /* the job is to end as canceled */
    WORK_DRAINED,  /* the process stops: the job is handed back */
    WORK_LOST,     /* another run has the job, or the database is gone: write nothing more */
};

struct works;

/* All arguments outlive it. */
struct works *works_new(struct loop *loop, const struct config *config, struct inbox *inbox);
void works_free(struct works *works); /* none runs any more */
/* Before the first job: who runs them, and its engine.  Both outlive the works. */
void works_set_member(struct works *works, const struct member *member, const char *engine);

struct works_counts {
    int n_running;
    unsigned long long n_ended[JOB_CANCELED + 1]; /* in this process, by state */
    unsigned long long n_parts[N_PART_FATE];      /* of these jobs, left to other machines */
};

/* --- any thread --- */

void works_count(const struct works *works, struct works_counts *ret_counts);
/* A job ended so, which no work ran: its publisher ended it, or was silent. */
void works_count_published(struct works *works, enum job_state state);
/* Starts the job; moves it: `*job` is zeroed. */
void works_post_start(struct works *works, const struct job_kind *kind, struct job *job);
/* Stops the job if it runs or waits here; its first reason stays. */
void works_post_stop(struct works *works, const char *job_id, enum work_stop reason);
void works_post_stop_all(struct works *works, enum work_stop reason);
/* Stops all as drained; calls done(ctx) on the loop once no work runs. */
void works_post_drain(struct works *works, void (*done)(void *ctx), void *ctx);
