/* viewers.h - hands frames to the viewers of this process: what the clerk reads from the store goes
 * to the watches of its job.  Loop thread, except where noted.
 *
 * Room: frames to the viewers of each job.
 * May use: base, hub/inbox, hub/kind, job, loop, store.
 * Used by: hub, hub/clerk. */
#pragma once

#include "hub/inbox/inbox.h"
#include "hub/viewers/watch.h"
#include "loop/loop.h"

struct viewers;

/* `loop` and `inbox` outlive it.  `reports_watched`: the inbox hears of each job that is watched
 * (inbox_add_watched()). */
struct viewers *viewers_new(struct loop *loop, struct inbox *inbox, bool reports_watched);
/* After the clerk's end and the delivery of what it posted. */
void viewers_free(struct viewers *viewers);

/* See hub_watch() and hub_watch_jobs(). */
int viewers_watch(struct viewers *viewers, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after);

/* --- any thread --- */

int viewers_count(const struct viewers *viewers);      /* open watches */
bool viewers_are_ready(const struct viewers *viewers); /* the clerk follows the journal */

/* The clerk follows the journal from `position` on. */
void viewers_post_start(struct viewers *viewers, uint64_t position);
/* The database is gone: every viewer is sent away, and none is taken before the next start. */
void viewers_post_lost(struct viewers *viewers);
void viewers_post_event(
    struct viewers *viewers, uint64_t position, const char *job_id, const struct job_event *event);
/* What is no part of the journal, and has no number; copied.  `is_passing`: see frame.h. */
void viewers_post_note(
    struct viewers *viewers, const char *job_id, const struct job_event *note, bool is_passing);
/* The inbox is to hear of each job that is watched. */
void viewers_post_roll_call(struct viewers *viewers);
