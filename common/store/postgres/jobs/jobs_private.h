/* jobs_private.h - what the files of this room share. */
#pragma once

#include "store/postgres/jobs/jobs.h"

/* What a link knows of its jobs. */
struct pg_jobs {
    char mark[80]; /* of the history that was read: casecast.mark(); "": none yet */
    bool is_adrift;
    bool was_connected;

    /* news.c */
    bool has_asked; /* this connection was asked whether it can listen */
    bool is_listening;
    bool has_live, has_running; /* jobs, as last read */
    int64_t position;           /* of the journal, as last read; -1: not read yet */
    int64_t looked_ms;          /* when this connection last knew whether there are news */
    bool has_news;              /* found by a glance, and not told yet */
};

struct pg_member {
    struct member member;    /* first: what the caller holds */
    struct member_info info; /* its texts are the caller's */
};

static inline const struct pg_member *member_of(const struct member *member)
{
    return (const struct pg_member *)member;
}

/* --- ask.c --- */

/* A statement that may be asked again, as all of this room may.  The caller frees the result. */
int jobs_ask(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err);
/* The same without a result. */
int jobs_do(
    struct pg_link *link, const char *sql, const struct pg_value *values, int n, struct error *err);

/* Two arguments of theirs. */
#define PG_VALUES(...)                                                                             \
    (const struct pg_value[]){__VA_ARGS__},                                                        \
        (int)(sizeof(struct pg_value[]){__VA_ARGS__} / sizeof(struct pg_value))

/* A row says which history it was read from: -ERR_IO if not from the one that this link knows. */
int jobs_check_mark(struct pg_link *link, const char *mark, struct error *err);

/* When any connection of this process was last lost, CLOCK_MONOTONIC; 0: never. */
int64_t jobs_lost_ms(void);

/* --- rows.c --- */

/* The columns of casecast.job_rows in its order, from casecast.jobs.  `position`: an SQL
 * expression. */
#define JOB_COLUMNS(position)                                                                      \
    "number, id, kind, subject, key, state, cancel_wanted, last_seq, created_ms, started_ms, "     \
    "ended_ms, deaths, progress, result, error, owner, watched_ms, run, " position                 \
    ", 9 - rank, traceparent, metadata "
/* What a function gives: the job, its answer and the input. */
#define JOB_ANSWER "(job).*, answer, input"
enum {
    JOB_COLUMN_OWNER = 15,
    JOB_COLUMN_PRIORITY = 19,
    JOB_COLUMN_TRACEPARENT,
    JOB_COLUMN_METADATA,
    JOB_COLUMN_ANSWER,
    JOB_COLUMN_INPUT
};

const char *row_text(const PGresult *result, int row, int column); /* NULL for NULL */
int64_t row_number(const PGresult *result, int row, int column);   /* 0 for NULL */

/* The caller clears `*ret_job`; its input is not in it. */
int row_job(
    struct pg_link *link, const PGresult *result, int row, struct job *ret_job, struct error *err);
/* The first row of a result, which is freed.  STORE_E_NOT_FOUND: no row. */
int row_first_job(struct pg_link *link, PGresult *result, struct job *ret_job, struct error *err);

/* Of an event `e` and its job `j`.  The last event is written together with the state in which the
 * job ended. */
#define EVENT_IS_FINAL "j.state NOT IN ('queued', 'running') AND j.last_seq = e.seq"
#define EVENT_COLUMNS "e.seq, e.name, e.data, e.once, " EVENT_IS_FINAL

/* The columns EVENT_COLUMNS of a row, from column `first` on; valid as long as the result. */
struct job_event row_event(const PGresult *result, int row, int first);

/* --- journal.c --- */

/* Events as three arrays of texts. */
struct event_arrays {
    struct buf names, datas, onces;
};
void event_arrays_add(struct event_arrays *arrays, const struct job_event *event);
void event_arrays_end(struct event_arrays *arrays); /* also of ones that nothing was added to */
struct event_arrays event_arrays_of(const struct job_event *events, int n);
void event_arrays_free(struct event_arrays *arrays);

/* --- news.c --- */

/* A row of casecast.glance(), which is not freed: are there news? */
int news_judge_glance(struct pg_link *link, const PGresult *result, struct error *err);

/* --- lists.c --- */

/* Calls one of the two functions for each row, and frees the result. */
int pg_jobs_each_row(struct pg_link *link, PGresult *result,
    void (*each)(void *ctx, const struct job *job),
    void (*each_owned)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);

/* --- member.c --- */

static inline const char *member_text(const char *text)
{
    return text ? text : "";
}

/* The six values that the functions of members begin with.  `kinds_`: those it is able to run, or
 * takes; `leases_`: the length of its lease, in leases. */
#define MEMBER_VALUES(member_, kinds_) MEMBER_VALUES_FOR(member_, kinds_, 1)
#define MEMBER_VALUES_FOR(member_, kinds_, leases_)                                                \
    pg_text((member_)->member.name), pg_text(member_text((member_)->info.machine)),                \
        pg_text(member_text((member_)->info.engine)), pg_number((member_)->info.slots),            \
        pg_text(kinds_), pg_number((leases_) * (member_)->info.lease_ms)
