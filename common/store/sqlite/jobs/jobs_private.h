/* jobs_private.h - what the files of this room share. */
#pragma once

#include "store/sqlite/jobs/jobs.h"

/* --- rows.c --- */

/* A job's position in the queue; sqlite_live() counts the rows instead. */
#define POSITION                                                                                   \
    "CASE state WHEN 'queued' THEN (SELECT count(*) FROM casecast_jobs AS q"                       \
    " INDEXED BY casecast_jobs_in_turn WHERE q.state = 'queued'"                                   \
    " AND (q.rank, q.number) <= (casecast_jobs.rank, casecast_jobs.number)) END"

/* `position`: an SQL expression, used only where the job is queued. */
#define JOB_COLUMNS(position)                                                                      \
    "id, kind, subject, key, state, cancel_wanted, last_seq, created_ms, started_ms, ended_ms, "   \
    "deaths, progress, result, error, " position                                                   \
    ", owner, watched_ms, run, number, rank, traceparent, metadata "
enum {
    JOB_COLUMN_OWNER = 15,
    JOB_COLUMN_WATCHED,
    JOB_COLUMN_RUN,
    JOB_COLUMN_NUMBER,
    JOB_COLUMN_RANK,
    JOB_COLUMN_TRACEPARENT,
    JOB_COLUMN_METADATA
};

/* A row of JOB_COLUMNS.  The caller clears `*ret_job`; its input is not in it. */
int job_read(struct database *db, sqlite3_stmt *row, struct job *ret_job, struct error *err);
/* The first row of a started query of JOB_COLUMNS, which is ended.  STORE_E_NOT_FOUND: no row. */
int job_read_one(struct database *db, sqlite3_stmt *row, struct job *ret_job, struct error *err);
int job_by_id(struct database *db, const char *id, struct job *ret_job, struct error *err);
int job_by_number(struct database *db, int64_t number, struct job *ret_job, struct error *err);
/* Fills in the input, which may be many megabytes: only the process that runs the job needs it. */
int job_load_input(struct database *db, struct job *job, struct error *err);
/* At the end of a job: its input is needed no more … */
int job_drop_input(struct database *db, const char *id, struct error *err);
/* … but to make a failed job again. */
int job_drop_long_input(struct database *db, const char *id, struct error *err);
/* write.c: the end of a running job.  The caller has checked that it may. */
int job_write_end(struct database *db, const char *id, enum job_state state, const char *result,
    const char *error, const struct job_event *last, int n_last, struct error *err);
/* Ends a transaction that was to fill `job`: the caller gets it whole, or it is cleared. */
int job_hand_over(
    struct database *db, int rc, struct job *job, struct job *ret_job, struct error *err);

/* --- hooks.c --- */

/* Within the transaction that makes the job, before its first event, which wakes it. */
int hook_insert(
    struct database *db, const struct hook_request *hook, const char *job_id, struct error *err);

/* --- requests.c --- */

/* The job of a request that has a name, if it was asked before.  STORE_E_NOT_FOUND,
 * STORE_E_REUSED. */
int request_find(
    struct database *db, const struct job_request *request, struct job *ret_job, struct error *err);
/* Notes which job a request that has a name got, in place of what was noted of it. */
int request_note(
    struct database *db, const struct job_request *request, const char *job_id, struct error *err);

/* --- lists.c --- */

/* Calls one of the two functions for each row of a started query of JOB_COLUMNS. */
int sqlite_jobs_each_row(struct database *db, sqlite3_stmt *row,
    void (*each)(void *ctx, const struct job *job),
    void (*each_owned)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);

/* --- journal.c --- */

/* Gives the events the job's next numbers and writes them.  The caller has checked that it may. */
int journal_add(struct database *db, const char *job_id, const struct job_event *events, int n,
    struct error *err);

/* The last event of a job is written together with the state it ended in. */
#define EVENT_IS_FINAL                                                                             \
    "(SELECT state NOT IN ('queued', 'running') AND last_seq = seq"                                \
    " FROM casecast_jobs WHERE id = job_id) "
#define EVENT_COLUMNS "seq, name, data, once, " EVENT_IS_FINAL

/* A row of EVENT_COLUMNS, which begin at column `first`; valid until the query goes on. */
struct job_event journal_event(sqlite3_stmt *row, int first);
/* The end of the journal. */
int journal_position(struct database *db, uint64_t *ret_position, struct error *err);

/* --- member.c --- */

struct sqlite_member {
    struct member member;    /* first: what the caller holds */
    char *path;              /* of the file of locks */
    int fd;                  /* holds our lock; -1: not yet */
    struct member_info info; /* its texts are the caller's */
};

static inline struct sqlite_member *member_of(const struct member *member)
{
    return (struct sqlite_member *)member;
}

/* Takes its lock, by which other processes see that it lives. */
int member_lock(struct sqlite_member *member, struct error *err);
/* The file of locks to look into; -1: there is none. */
int member_open_locks(const struct database *db);
/* Does no process hold the lock of that member?  `members_fd`: the file of locks, opened by another
 * process than the member's; -1, or an error: false. */
bool member_is_gone(int members_fd, const char *name);
/* Writes its row, with a lease from now on. */
int member_write(struct database *db, const struct sqlite_member *member, struct error *err);
/* Deletes the rows of members that are gone and own nothing. */
int member_forget_gone(struct database *db, const struct sqlite_member *looker, struct error *err);
