/* group.h - group commit: what the works of this process write at the same time goes to the disk in
 * one transaction.  Nobody waits for others to come: who finds nobody writing writes at once, and
 * what gathers meanwhile is the next write.  Any thread. */
#pragma once

#include "store/store.h"

struct group;

struct group *group_new(const char *database); /* the caller keeps the address */
void group_free(struct group *group);          /* who joined has left */

/* Opens the store for the first who joins; the last who leaves closes it.  Who joins later learns
 * within two seconds that a new connection would be refused.  `*ret_era`: of what the
 * store is: a database that was replaced begins another one.  Errors as of store_open_again(). */
int group_join(struct group *group, int *ret_era, struct error *err);
void group_leave(struct group *group);

/* Writes the progress of a run, as store_job_progress() does, and returns its answer; STORE_E_LOST,
 * too: the era is over. */
int group_progress(struct group *group, int era, const char *job_id, int64_t run, const char *json,
    struct error *err);

/* Writes what a run says, as store_runs_write() does, and returns its answer.  No other write of
 * the same job may be under way.  STORE_E_LOST, too: the era is over. */
int group_write(struct group *group, int era, const struct run_write *write, struct error *err);
