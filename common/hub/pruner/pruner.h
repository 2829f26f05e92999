/* pruner.h - the thread that forgets ended jobs: those that somebody wants forgotten, those that
 * nobody has asked for in CASECAST_KEEP, and those beyond CASECAST_OUTPUT_MIB.  Before that it
 * clears done jobs: what they showed of unfinished work goes a while after their end (shown_ms of
 * kind.h).  It also removes files that were sent and that nothing names (sent/unused.h).
 *
 * All processes do the same, and to forget a job twice is to forget it once.  A job of a kind that
 * this version does not know is left alone: its files are not known either.
 *
 * Room: the end of jobs that nobody asks for any more.
 * May use: base, hub/kind, sent, store.
 * Used by: fcgi/maker, fcgi/route, hub. */
#pragma once

#include "hub/kind/kind.h"
#include "store/store.h"

struct pruner;

/* The arguments outlive it. */
struct pruner *pruner_start(const struct config *config, const struct kinds *kinds);
void pruner_stop(struct pruner *pruner); /* takes NULL; waits for the thread's end, and frees */

/* Jobs that this process has forgotten.  Any thread. */
unsigned long long pruner_count(const struct pruner *pruner);
/* Files that were sent, and that this process has removed.  Any thread. */
unsigned long long pruner_count_files(const struct pruner *pruner);

/* An ended job counts as asked for until so long after the request, ms: requests are noted no more
 * often. */
int64_t pruner_fresh_ms(const struct config *config);

/* Removes the files of an ended job, unless another job of its key may need them, and then the job.
 * In this order: a job without files is made again when it is asked for, and files without a job
 * would stay for ever.  Any thread, with its own store.  STORE_E_NOT_FOUND: it is not there (any
 * more); STORE_E_LIVE. */
int pruner_forget(struct store *store, const struct config *config, const struct job_kind *kind,
    const struct job *job, struct error *err);
