/* work_private.h - one run of one job, shared by works.c (loop thread: starts and stops it) and
 * work.c (worker thread: runs it). */
#pragma once

#include <pthread.h>
#include <uv.h>

#include "base/list.h"
#include "hub/inbox/inbox.h"
#include "hub/kind/kind.h"
#include "hub/works/group.h"
#include "hub/works/spares.h"
#include "hub/works/works.h"

struct work {
    /* fixed while it runs */
    uv_work_t request;
    struct works *works;
    const struct config *config;
    struct inbox *inbox;
    struct group *group;
    struct spares *spares;
    const struct job_kind *kind;
    const char *engine; /* of this machine */
    struct job job;
    /* under lock: the worker, and threads of its own that publish */
    pthread_mutex_t lock;
    struct store *store;     /* NULL: not open; see work_open_store() */
    int64_t plan;            /* its number, once work_plan() was called */
    int64_t leased_until_ms; /* no other process has the job before; monotonic */
    /* worker only */
    int era;                 /* of the group, when this joined */
    int64_t opened_ms;       /* when `store` was opened, or later could be; monotonic */
    enum job_state ended_as; /* JOB_RUNNING: it did not end here; the loop reads it afterwards */
    /* loop only */
    struct link link;
    /* atomic: set by loop or worker, read by the worker and its helpers */
    atomic_bool cancel;
    atomic_int stop; /* enum work_stop; the first reason stays */
};

/* --- works.c: any thread --- */

const struct member *works_member(const struct works *works);
void works_count_part(struct works *works, enum part_fate fate);

/* --- work.c --- */

/* Under lock: the work's own connection, for all but what it says.  Short jobs need none, and the
 * making of one costs more than all that such a job writes. */
int work_open_store(struct work *work, struct error *err);

/* STORE_E_LOST stops the work, and is -ERR_CANCELED. */
int work_check_lost(struct work *work, int rc, struct error *err);

void work_run(struct work *work);                         /* worker thread: all of it */
void work_stop(struct work *work, enum work_stop reason); /* any thread */
