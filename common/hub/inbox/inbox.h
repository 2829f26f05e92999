/* inbox.h - what the loop, the workers and the responders leave for the clerk's thread: requests to
 * read the store now, viewers that came or left, runs that ended.
 *
 * Thread-safety: any thread, except where noted.  The inbox outlives the clerk: what is left in it
 * after the clerk's end is dropped.
 *
 * Room: what other threads leave for the clerk.
 * May use: base, job, store.
 * Used by: hub, hub/clerk, hub/helper, hub/viewers, hub/works. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "hub/inbox/runs.h"
#include "store/store.h"

struct inbox;

struct inbox *inbox_new(void);        /* the first inbox_take() finds it poked */
void inbox_free(struct inbox *inbox); /* once no other thread uses it */

/* The clerk reads the store now instead of at its next round. */
void inbox_poke(struct inbox *inbox);
/* A job that runs here has written to the store: the clerk reads the journal now.  All live jobs it
 * reads soon: a hundred jobs that print lines would have it do nothing else. */
void inbox_tell_news(struct inbox *inbox);
/* The job has a viewer in this process. */
void inbox_add_watched(struct inbox *inbox, const char *job_id);
/* The viewers that a job has in this process now.  Copied; replaces an older one that the clerk has
 * not taken.  Does not wake the clerk, which writes audiences at its rounds. */
void inbox_set_audience(struct inbox *inbox, const struct audience *audience);
/* Nobody in this process works on this run any more, and a slot is free.  A run that did not end
 * its job is handed back by the clerk. */
void inbox_run_ended(struct inbox *inbox, const struct job *job);
/* This version can't open the database any more: the clerk closes it and opens it again. */
void inbox_want_reopen(struct inbox *inbox);
/* When this returns, every run that was claimed has been posted to the works, and none will be. May
 * wait STORE_WAIT_MS. */
void inbox_stop_claiming(struct inbox *inbox);
/* Others run jobs, and this process goes on. */
bool inbox_may_help(struct inbox *inbox);
void inbox_stop(struct inbox *inbox); /* the clerk's thread is to end */

/* --- the clerk's side --- */

struct inbox_state {
    bool is_poked;  /* since the last inbox_take(), … */
    bool is_free;   /* … a run has ended, … */
    bool is_news;   /* … or anything of this, or a word of news */
    bool must_stop; /* the rest: until they are taken back */
    bool must_reopen;
    bool may_claim; /* neither stopping nor about to reopen */
};

/* Readable by poll() when somebody poked or left a wish since the last inbox_take().  Owned by the
 * inbox. */
int inbox_fd(const struct inbox *inbox);
/* Takes the poke: the descriptor is not readable afterwards. */
struct inbox_state inbox_take(struct inbox *inbox);
bool inbox_may_claim(struct inbox *inbox);
void inbox_reopened(struct inbox *inbox);

/* Do other processes run jobs, as last read? */
void inbox_set_foreign(struct inbox *inbox, bool has_foreign);

/* Between the two, inbox_stop_claiming() waits. */
void inbox_claims_begin(struct inbox *inbox);
void inbox_claims_end(struct inbox *inbox);

void inbox_add_run(struct inbox *inbox, const struct job *job); /* it is worked on from now on */
bool inbox_has_run(struct inbox *inbox, const struct job *job);
size_t inbox_count_runs(struct inbox *inbox);

/* The ids left by inbox_add_watched(); NULL: none.  The caller frees the array. */
char (*inbox_take_watched(struct inbox *inbox, size_t *ret_n))[JOB_ID_LEN + 1];
/* The audiences left; NULL: none.  The caller frees the array. */
struct audience *inbox_take_audiences(struct inbox *inbox, size_t *ret_n);
/* Puts back audiences that could not be written, where no newer one of the same job is there. */
void inbox_return_audiences(struct inbox *inbox, const struct audience *audiences, size_t n);
