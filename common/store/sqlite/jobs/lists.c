/* lists.c - many jobs at once. */
#include <string.h>

#include "store/sqlite/jobs/jobs_private.h"

int sqlite_jobs_each_row(struct database *db, sqlite3_stmt *row,
    void (*each)(void *ctx, const struct job *job),
    void (*each_owned)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err)
{
    struct job job;
    int rc;

    while ((rc = query_row(db, row, err)) == QUERY_ROW) {
        rc = job_read(db, row, &job, err);
        if (rc < 0) {
            query_end(row);
            return rc;
        }
        if (each)
            each(ctx, &job);
        else
            each_owned(ctx, &job, (const char *)sqlite3_column_text(row, JOB_COLUMN_OWNER));
        job_clear(&job);
    }
    return rc;
}

int sqlite_job_each_done(struct store_link *link, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " JOB_COLUMNS(
            POSITION) "FROM casecast_jobs WHERE number IN"
                      " (SELECT max(number) FROM casecast_jobs WHERE kind = ?1 AND state "
                      "= 'done' GROUP BY subject)"
                      " ORDER BY number DESC",
        VALUES(value_text(kind)), &row, err);

    return rc == 0 ? sqlite_jobs_each_row(db, row, each, NULL, ctx, err) : rc;
}

/* The queue is counted once, and only if a job that waits is listed. */
#define LISTED_POSITION "(SELECT position FROM queue WHERE waiting = number)"
#define QUEUE                                                                                      \
    "WITH queue AS MATERIALIZED (SELECT number AS waiting, row_number()"                           \
    " OVER (ORDER BY rank, number) AS position FROM casecast_jobs"                                 \
    " INDEXED BY casecast_jobs_in_turn WHERE state = 'queued') "

static int lists_start_queue(
    struct database *db, const struct job_filter *filter, sqlite3_stmt **ret_row, struct error *err)
{
    return query_start(db,
        QUEUE "SELECT " JOB_COLUMNS(
            LISTED_POSITION) "FROM casecast_jobs INDEXED BY casecast_jobs_in_turn"
                             " WHERE state = 'queued' AND (?2 = 0 OR (rank, number) > (9 - ?3, ?2))"
                             " AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR subject = ?5)"
                             " ORDER BY rank, number LIMIT ?1",
        VALUES(value_number(filter->most), value_number(filter->after),
            value_number(filter->after_priority), value_text(filter->kind),
            value_text(filter->subject)),
        ret_row, err);
}

static int lists_start_newest(
    struct database *db, const struct job_filter *filter, sqlite3_stmt **ret_row, struct error *err)
{
    return query_start(db,
        QUEUE "SELECT " JOB_COLUMNS(
            LISTED_POSITION) "FROM casecast_jobs WHERE (?2 = 0 OR number < ?2)"
                             " AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR kind = ?4)"
                             " AND (?5 IS NULL OR subject = ?5) ORDER BY number DESC LIMIT ?1",
        VALUES(value_number(filter->most), value_number(filter->before), value_text(filter->state),
            value_text(filter->kind), value_text(filter->subject)),
        ret_row, err);
}

int sqlite_job_each(struct store_link *link, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = filter->in_turn ? lists_start_queue(db, filter, &row, err)
                             : lists_start_newest(db, filter, &row, err);

    return rc == 0 ? sqlite_jobs_each_row(db, row, each, NULL, ctx, err) : rc;
}

int sqlite_job_count(
    struct store_link *link, long long ret_counts[static JOB_CANCELED + 1], struct error *err)
{
    struct database *db = database_of(link);
    long long counts[JOB_CANCELED + 1] = {0};
    enum job_state state;
    sqlite3_stmt *row;
    int rc = query_start(
        db, "SELECT state, count(*) FROM casecast_jobs GROUP BY state", NULL, &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        const char *name = (const char *)sqlite3_column_text(row, 0);

        if (name && job_state_parse(name, &state))
            counts[state] = sqlite3_column_int64(row, 1);
        rc = 0;
    }
    if (rc == 0)
        memcpy(ret_counts, counts, sizeof counts);
    return rc;
}

int sqlite_live(struct store_link *link,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " JOB_COLUMNS("count(*) FILTER (WHERE state = 'queued') OVER (ORDER BY "
                              "rank, number)") "FROM casecast_jobs WHERE state IN ('queued', "
                                               "'running') ORDER BY state = 'queued', rank, number",
        NULL, &row, err);

    return rc == 0 ? sqlite_jobs_each_row(db, row, NULL, each, ctx, err) : rc;
}
