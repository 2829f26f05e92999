/* work.h - what a kind's run() may ask of the job it works on.  The worker's own thread, except
 * where noted. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "job/job.h"
#include "job/part.h"

struct job_kind;
struct work; /* one run of one job in this process */

/* Its kind; and its job: the id, kind, subject, key and run, which stay. */
const struct job_kind *work_kind(const struct work *work);
const struct job *work_job(const struct work *work);

const char *work_input(const struct work *work); /* as prepare() made it; "" if it was deleted */
const struct config *work_config(const struct work *work); /* any thread */

/* Set when the work is to stop.  Any thread may read it. */
const atomic_bool *work_cancel(const struct work *work);
/* The work is to stop because its job was canceled.  False: it goes on, or another process has the
 * job or is to get it, perhaps at once.  Any thread. */
bool work_is_canceled(const struct work *work);

/* Calls `each` for each event of the job so far, in order; a take-over finds those of the runs
 * before.  Tries again as work_emit() does. */
int work_each_event(struct work *work, void (*each)(void *ctx, const struct job_event *event),
    void *ctx, struct error *err);

/* Journals an event for the viewers.  `name` NULL: a default message.  `once`: a tag under which
 * this job has at most one event, even when another process goes on with it half-way; NULL: each
 * call adds one.  While the database is locked or can't be written this tries again, until the
 * event is journaled or the work is to stop (-ERR_CANCELED).  Another error stays: return it.  One
 * thread at a time. */
int work_emit(
    struct work *work, const char *once, const char *name, const char *data, struct error *err);

enum { WORK_EMIT_MOST = 256 };

/* The same of several events, in one write; without their `once`. */
int work_emit_all(struct work *work, const struct job_event *events, int n, struct error *err);

/* How far the work is, as JSON.  May be lost.  One thread at a time. */
void work_progress(struct work *work, const char *json);

enum { WORK_E_TAKEN = 1 };

/* Gives the job another key, as its subject is no longer what the request asked for.  Tries again
 * as work_emit() does.  WORK_E_TAKEN: another job of that key is queued, running or done, or
 * viewers got events under the old key. */
int work_rekey(struct work *work, const char *key, struct error *err);

/* Call this before a file gets the name under which others find it.  0: the job surely belongs to
 * this work.  A process that slept may have lost it without knowing: then this waits until it is
 * known.  -ERR_CANCELED: publish nothing more, and return it.  Any thread. */
int work_may_publish(struct work *work, struct error *err);

/* --- parts of the job that other machines may make: help.h is their side.  Any thread; each may
 * block for as long as the store does, and after an error all can be made here. --- */

/* False: the database is for one machine, or CASECAST_HELP is 0.  The rest is not called then. */
bool work_has_helpers(const struct work *work);
/* Says what the parts are: `plan`, a JSON object for the kind's help(), and their numbers `first` …
 * `n` - 1.  Its member `sizes`, if there, tells how large each of them is, in any unit: of the last
 * ones the largest are made first.  The same again changes nothing. */
int work_plan(struct work *work, const char *plan, int first, int n, struct error *err);

enum { WORK_E_NONE = 1 };

/* Claims the first part that nobody makes.  WORK_E_NONE: there is none. */
int work_part_claim(struct work *work, int *ret_number, struct error *err);
/* The parts from `from` on that others have claimed or made, in order; at most some hundred. */
int work_part_each(struct work *work, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err);
void work_part_count(struct work *work, enum part_fate fate); /* for /api/metrics */
