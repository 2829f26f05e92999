/* store.h - cases, jobs and the journal, behind one door.
 *
 * A `struct store` is one connection: it belongs to one thread at a time, and every thread that
 * needs the store opens its own.  Several processes may share one database.  Nothing here waits
 * longer than STORE_WAIT_MS for somebody else's lock; then the answer is -ERR_BUSY, and nothing was
 * changed.  Every call that changes something is one transaction.
 *
 * What an `each` is given lives until it returns, and it calls nothing of the store that called it.
 * Jobs come without their input, except to the one who claims them; it is deleted with the job's
 * end.
 *
 * The journal is the bus: whoever makes something happen writes it here, and whoever shows it to
 * viewers reads it here (store_tail), in the same process or another.
 *
 * Room: jobs, their journal and cases, in a database.
 * May use: base, case, job.
 * Used by: cli, fcgi/kind, fcgi/request, fcgi/route, hub, hub/inbox, hub/viewers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"
#include "job/job.h"

enum { STORE_WAIT_MS = 2000 };

enum store_answer {
    STORE_E_NOT_FOUND = 1, /* no such case, no such job, nothing to claim */
    STORE_E_FULL,          /* as many jobs are queued as may be */
    STORE_E_LOST,          /* the job is no longer yours: stop, and write nothing more */
};

struct store;

/* Open `path` for work, making file, tables and write-ahead log if they are not there.  The file
 * may hold anybody's tables; ours are called casecast_….  Tables of ours newer than this program, a
 * file that is no database and `cases` or `scenes` without a column we need are named in the
 * message, and change nothing. */
int store_open(const char *path, struct store **ret_store, struct error *err);
/* The same where the file must be there already.  A process that has begun makes no new database in
 * the place of one that somebody deleted. */
int store_open_again(const char *path, struct store **ret_store, struct error *err);
/* The same, but tables called `cases` and `scenes` that no case can be read from are left alone,
 * and casecast_cases and casecast_scenes are made beside them. */
int store_init(const char *path, struct store **ret_store, struct error *err);

enum store_part { STORE_CASES, STORE_JOBS };

/* Open `path` to look at one part of it: not one byte of it changes, and no file is made.  A file
 * that lacks the part is refused with -ERR_INPUT; nothing else of it need be there. */
int store_open_to_read(
    const char *path, enum store_part part, struct store **ret_store, struct error *err);
void store_close(struct store *store); /* takes NULL */

/* The file that this connection holds was deleted, moved or replaced: what is read here is no
 * longer true, and whoever would write is refused (-ERR_IO).  Close it and open it again. */
bool store_is_adrift(struct store *store);

/* Does it do what jobs need?  Reads, commits a note that nobody reads, and looks whether the
 * log is whole and the disk has room.  On a connection that was just opened, since an older one
 * answers from its memory.  Costs some milliseconds, and a page of the log. */
int store_probe(struct store *store, struct error *err);

/* --- cases.  Their tables may be views over somebody's own --- */

/* Of the table or view that cases are read from. */
const char *store_cases_name(const struct store *store);

struct case_summary {
    const char *id, *title, *language; /* valid during the call */
    enum case_shape shape;
    int n_scenes;
};

int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
/* STORE_E_NOT_FOUND: no such case.  A row that breaks case_check() is -ERR_INPUT and names its
 * place. */
int store_case_get(
    struct store *store, const char *id, struct case_record **ret_record, struct error *err);
/* All of them or none; a case with the same id is replaced whole. */
int store_case_put(
    struct store *store, struct case_record *const *records, int n, struct error *err);

/* --- jobs --- */

struct job_request {
    const char *kind, *subject, *key;
    const char *input;             /* JSON; NULL: no job is to be made */
    const struct job_event *first; /* journaled with the job when a new one is made */
    int max_queued;                /* STORE_E_FULL beyond that */
    /* The newest job of this key is the answer also where it failed or was canceled (is about to
     * be; but not CANCEL_LEFT): less than hold_ms ago, or `viewer` (NULL: nobody) was told of it
     * less than told_hold_ms ago (store_job_told).  A client that reconnects without Last-Event-ID
     * must not make the same failure again and again.  0: somebody wants it made anew. */
    int64_t hold_ms, told_hold_ms;
    const char *viewer;
    /* Done jobs of this key up to this number count no more: the caller found that what the newest
     * of them made is no longer there (older ones made it in the same place).  0: all count. */
    int64_t gone;
};

/* Create or attach: the job with this key that is queued, running (and nobody wants it canceled) or
 * done, else a new queued one.  One transaction, so that of ten callers in four processes one
 * creates and nine attach.  STORE_E_NOT_FOUND: there is none, and no input for a new one; told
 * without a write lock. */
int store_job_open(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err);
int store_job_get(struct store *store, const char *id, struct job *ret_job, struct error *err);
/* `viewer` was told now that this job failed or was canceled.  What was told more than `forget_ms`
 * ago is forgotten. */
int store_job_told(
    struct store *store, const char *id, const char *viewer, int64_t forget_ms, struct error *err);
/* The newest done job of each subject of `kind` (what there is to show of each case). */
int store_job_each_done(struct store *store, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
/* How many jobs there are in each state, by enum job_state. */
int store_job_count(
    struct store *store, long long ret_counts[static JOB_CANCELED + 1], struct error *err);
/* The newest `most` jobs, newest first. */
int store_job_each(struct store *store, int most, void (*each)(void *ctx, const struct job *job),
    void *ctx, struct error *err);

/* The events of a job after `after`, in order, until `each` says false: it has enough.  And
 * `*ret_position`: the journal's end as this same read saw it.  What store_tail() tells from there
 * on is exactly what is not in this answer, if all of it was taken.  STORE_E_NOT_FOUND: no such
 * job, and the position is 0. */
int store_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err);

/* These have viewers now.  Nobody compares clocks: who wants to know whether a job is still watched
 * sees whether its n_watched still grows. */
int store_jobs_watched(
    struct store *store, char (*ids)[JOB_ID_LEN + 1], size_t n, struct error *err);

/* Who watches.  A watcher is named by two digests, of its address and of what it calls itself, as
 * "0123456789abcdef/0123456789abcdef"; one that calls itself nothing has WATCHER_UNNAMED there. */
enum { WATCHER_LEN = 33, AUDIENCE_LISTED = 8 };
#define WATCHER_UNNAMED "----------------"

struct audience {
    char job_id[JOB_ID_LEN + 1];
    int n;
    char who[AUDIENCE_LISTED * (WATCHER_LEN + 1)]; /* the first of them, a space between two */
};

/* How many streams of other watchers than `watcher` the live job has, in all processes that live.
 */
int store_audience_others(
    struct store *store, const char *id, const char *watcher, int *ret_others, struct error *err);

/* The job is to end; a process that runs jobs ends it, queued or running, and writes its last
 * events.  `*ret_state`: what it is in.  STORE_E_NOT_FOUND. */
int store_job_want_cancel(
    struct store *store, const char *id, enum job_state *ret_state, struct error *err);

/* What is written where a job is to be canceled. */
enum cancel_why {
    CANCEL_ASKED = 1, /* by somebody, whose reconnect must not begin it anew */
    CANCEL_LEFT = 2,  /* by this program, as nobody watches any more: who comes back wants it */
};

/* Ask for an end; the first asking's `why` stays.  A queued job is canceled here and now, with
 * `last` as its last events; a running one is marked (its owner sees cancel_wanted), an ended one
 * stays as it is.  `*ret_job` is the job afterwards, `*ret_is_first` whether this asking changed
 * it: of several processes that ask, one is told so. */
int store_job_cancel(struct store *store, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err);

/* --- the owner's side --- */

/* A process that may run jobs: a random name, what it can run, one lease for all its jobs, and a
 * lock (in the file <database>-members) that shows the others whether it still lives.  One thread
 * at a time. */
struct member;

/* `kinds`: the kinds of jobs it can run, each between commas (",video,"), or NULL: all; the caller
 * keeps it.  `lease_ms`: silent for so long, it loses its jobs. */
struct member *store_member_new(const char *path, const char *kinds, int64_t lease_ms);
/* Takes NULL.  The others find it gone: store_member_release() comes first. */
void store_member_free(struct member *member);
const char *store_member_name(const struct member *member);

/* Its lease begins anew.  Needed only while it owns jobs; a claim does it, too. */
int store_member_renew(struct store *store, struct member *member, struct error *err);
/* It was asked to end: if it is found gone from now on, it has not died of its jobs. */
int store_member_stop(struct store *store, const struct member *member, struct error *err);
/* These are now the streams that it has of these jobs; n 0: none any more. */
int store_audiences_write(struct store *store, struct member *member,
    const struct audience *audiences, size_t n, struct error *err);
/* Its running jobs are queued again, first in line, and it is none of the members any more. */
int store_member_release(struct store *store, const struct member *member, struct error *err);

/* Take the oldest job of a kind that it knows that is queued, or running under an owner that is
 * gone or whose lease has ended, unless `slots` jobs are running under good leases already, in
 * whatever process.  A job whose cancel_wanted is set (its owner left before it could obey) comes
 * first and needs no slot and no known kind: end it as canceled, run nothing.  A job that was asked
 * for again while its canceled forerunner of the same key still runs waits for that one's end.
 * `ret_job->deaths` counts the owners that are gone though nobody asked them to be; who only was
 * silent is none of them.  STORE_E_NOT_FOUND: nothing to do. */
int store_job_claim(
    struct store *store, struct member *member, int slots, struct job *ret_job, struct error *err);
/* Put back what nobody works on; no other run of the job, and none that has ended. */
int store_job_release(struct store *store, const char *id, int64_t run, struct error *err);
/* Until when (CLOCK_MONOTONIC) nobody else can have this run's job.  STORE_E_LOST: somebody has. */
int store_job_lease(
    struct store *store, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err);

/* Journal one event of a job; `run` as its claim gave it.  An event whose `once` is there already
 * changes nothing and is a success, so after an error the same may be asked again.  STORE_E_LOST:
 * the job is another one's, or has ended. */
int store_job_append(struct store *store, const char *id, int64_t run,
    const struct job_event *event, struct error *err);
/* Give a running job that has told no more than its first event another key.  STORE_E_NOT_FOUND: it
 * has told more, or that key has a job that is queued, running or done. */
int store_job_rekey(
    struct store *store, const char *id, int64_t run, const char *key, struct error *err);
int store_job_progress(
    struct store *store, const char *id, int64_t run, const char *progress, struct error *err);
/* The end: state, result or error, and the last events, in one transaction.  May be asked again. */
int store_job_end(struct store *store, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err);

/* --- the reader's side --- */

/* Has any other connection changed the database since this was last asked here?  Costs
 * microseconds. */
int store_changed(struct store *store, bool *ret_changed, struct error *err);
/* The end of the journal now. */
int store_position(struct store *store, uint64_t *ret_position, struct error *err);
/* Every event of every job after `after`, in journal order, at most `most` of them. */
int store_tail(struct store *store, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err);
/* Every job that is queued or running, with position, progress, and the name of the member that
 * runs it (NULL: nobody). */
int store_live(struct store *store,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);
