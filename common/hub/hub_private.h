/* hub_private.h - what hub.c (channels), clerk.c (the store's reader) and work.c (running jobs)
 * share. */
#pragma once

#include "hub/hub.h"

/* The last events of the journal, kept so that a watch can begin where its viewer's replay ended.
 */
enum { RECENT_MAX = 1024 };

struct recent {
    uint64_t position;
    char job_id[JOB_ID_LEN + 1];
    struct frame *frame;
    bool is_last;
};

enum work_stop { WORK_GOES_ON, WORK_CANCELED, WORK_DRAINED, WORK_LOST };

struct clerk;

struct hub {
    /* fixed after start */
    struct loop *loop;
    const struct config *config;
    const struct job_kind *const *kinds;
    struct member *member; /* the clerk's alone, but for its name */
    char *kind_names;
    struct clerk *clerk;

    /* loop only */
    void *channels; /* tsearch tree by job id */
    void *notes;    /* the same: the state each live job was last said to be in */
    struct recent recent[RECENT_MAX];
    uint64_t n_recent;          /* ever kept; the newest is recent[(n_recent - 1) % RECENT_MAX] */
    uint64_t kept_after;        /* journal position: everything later is in `recent` */
    struct link works, waiting; /* waiting: for an earlier work of the same job to be out */
    bool is_draining;
    void (*drained)(void *ctx);
    void *drained_ctx;

    /* atomic: changed by the loop, read by all */
    atomic_bool is_ready;         /* the clerk has told where the journal ended when it began */
    atomic_llong clerk_turned_ms; /* by the clerk: when its last round ended; monotonic */
    atomic_int n_watches, n_running;
    atomic_ullong n_ended[JOB_CANCELED + 1];
};

/* --- clerk.c --- */
struct clerk *clerk_start(struct hub *hub);
void clerk_poke(struct clerk *clerk);                        /* any thread */
void clerk_watched(struct clerk *clerk, const char *job_id); /* any thread: it has a viewer here */
/* Any thread: nobody works on this run here any more, and a place is free.  If it has not ended the
 * job, the clerk hands it back. */
void clerk_audience(struct clerk *clerk, const struct audience *audience); /* any thread */
void clerk_work_ended(struct clerk *clerk, const struct job *job);
/* Any thread: the database can't be opened any more by this version. */
void clerk_must_reopen(struct clerk *clerk);
/* When this returns, every work that was claimed has been posted, and none will be.  May wait
 * STORE_WAIT_MS. */
void clerk_stop_claiming(struct clerk *clerk);
void clerk_stop(struct clerk *clerk); /* gives the leases back, joins, frees */

/* --- hub.c, posted by the clerk: each takes over what it is given --- */
void hub_post_start(struct hub *hub, uint64_t position);
void hub_post_lost(struct hub *hub); /* the database is gone; until hub_post_start() none is */
void hub_post_event(
    struct hub *hub, uint64_t position, const char *job_id, const struct job_event *event);
void hub_post_roll_call(struct hub *hub); /* clerk_watched() for each job that is watched here */
void hub_post_note(struct hub *hub, const char *job_id, const struct buf *bytes, bool is_passing);
void hub_post_stop_all(struct hub *hub); /* every work is to stop; its job is handed back */
void hub_work_is_over(struct hub *hub);  /* loop: one work less; ends a drain that waited for it */

/* --- audience.c --- */
/* `n` watch the job here now, `watches` or the first of them. */
void audience_tell(struct hub *hub, const char *job_id, const struct link *watches, int n);

/* --- work.c --- */
void work_post_start(struct hub *hub, struct job *job); /* any thread; moves *job */
void work_post_stop(struct hub *hub, const char *job_id, enum work_stop stop); /* any thread */
void work_stop_all(struct hub *hub, enum work_stop stop);                      /* loop */
