/* kind.h - a kind of job: the slow function somebody brings, as a struct and one line in a table.
 *
 * Queue, journal, replay, resume, cancel, take-over and "the same request makes one job" come with
 * the hub. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "job/job.h"
#include "store/store.h"

struct work; /* one job that runs here and now */

/* The closing events of a job, filled by a kind.  Texts are copied. */
enum { LAST_EVENTS_MAX = 8 };
struct last_events {
    int n;
    struct job_event at[LAST_EVENTS_MAX];
};
void last_events_add(struct last_events *last, const char *name, const char *data);
void last_events_clear(struct last_events *last);

struct job_kind {
    const char *name;            /* "video" */
    const char *subject_name;    /* of its subject in JSON: "case"; requests name it as "caseId" */
    const char *subject_example; /* "1": error texts show a request with it */

    /* Messages without an event name: the first of every job, and the last before `end`, of every
     * job and of a refused request.  `last` NULL: there is none. */
    const char *first, *last;

    /* Paths at which a GET with ?caseId=SUBJECT creates a job or attaches to it, and answers with
     * its stream.  Ends with NULL; NULL: no path. */
    const char *const *stream_paths;

    /* Can this text be a subject?  -ERR_INPUT quotes it and says what would be right.  Any thread.
     * NULL: every text can that kind_subject_check() takes. */
    int (*subject_check)(const char *subject, struct error *err);

    /* From a request to the digest of all that shapes the result and, where a job may have to be
     * made, to what its work needs (`*ret_input`, malloc'd; the caller frees it, whatever the
     * answer).  `ret_input` is NULL for nearly every request: the job of that key is there.  Any
     * thread, with the caller's store.  STORE_E_NOT_FOUND: there is no such subject, or nothing to
     * make of it; `err` says which. */
    int (*prepare)(struct store *store, const struct config *config, const char *subject,
        char **ret_input, char ret_key[static DIGEST_HEX_LEN + 1], struct error *err);

    /* Is what this done job left behind still there?  Any thread.  NULL: it leaves nothing behind.
     */
    bool (*still_good)(const struct config *config, const struct job *done);

    /* The work.  Worker thread.  `*ret_result`: JSON, malloc'd.  -ERR_CANCELED once work_cancel()
     * is set. */
    int (*run)(struct work *work, char **ret_result, struct error *err);

    /* Adds the closing events of a job before `last`, at most LAST_EVENTS_MAX - 2: `result` of a
     * done job, `error` of a failed one, else NULL.  Any thread. */
    void (*finish)(
        enum job_state state, const char *result, const char *error, struct last_events *last);

    /* Nobody goes on with this job, which is about to end as failed or canceled: what it has shown
     * of its unfinished work goes.  Any thread.  A job that is handed back, or lost, is never
     * cleared: somebody watches it, and another process goes on with it.  NULL: nothing to do. */
    void (*clear)(const struct config *config, const struct job *job);
};

/* The closing events of a job: those of its kind and its `last` (`kind` NULL: only the state), and
 * then, whatever the outcome, `end` with {"state":…}.  Any thread. */
void kind_finish(const struct job_kind *kind, enum job_state state, const char *result,
    const char *error, struct last_events *last);

/* NULL: no such kind.  `kinds` ends with NULL. */
const struct job_kind *kind_find(const struct job_kind *const *kinds, const char *name);

/* Can `subject` be one of this kind?  Beside the kind's own rule: 1 to JOB_SUBJECT_MAX bytes of
 * UTF-8 in one line, without quotation marks and backslashes, since events and logs hold it as it
 * is.  -ERR_INPUT quotes it and says what would be right.  Any thread. */
int kind_subject_check(const struct job_kind *kind, const char *subject, struct error *err);

/* --- for a kind's run(): the worker's own thread, except where noted --- */

const char *work_input(const struct work *work);
const struct config *work_config(const struct work *work);

/* Set when the work is to stop.  Any thread may read it. */
const atomic_bool *work_cancel(const struct work *work);

/* Tell the viewers, for good.  `once`: a tag under which this job says it at most once, even when
 * another process takes it over half-way; NULL: each time.  While the database is locked or can't
 * be written this asks again, until it is told or the work is to stop (-ERR_CANCELED).  Another
 * error is one that stays: return it.  One thread at a time. */
int work_emit(
    struct work *work, const char *once, const char *name, const char *data, struct error *err);

/* How far it is, as JSON.  May be lost.  One thread at a time. */
void work_progress(struct work *work, const char *json);

enum { WORK_E_TAKEN = 1 };

/* The job's key is this from now on, as what it works on is no longer what somebody asked for.
 * WORK_E_TAKEN: another job of that key is queued, running or done, or viewers were told something
 * under the old one.  Worker thread. */
int work_rekey(struct work *work, const char *key, struct error *err);

/* Call this before something is put where others find it (a file under its name).  0: the job is
 * surely still this work's.  A process that slept may have lost it without knowing: then this waits
 * until that is known.  -ERR_CANCELED: publish nothing more, and return it.  Any thread. */
int work_may_publish(struct work *work, struct error *err);
