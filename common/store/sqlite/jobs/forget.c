/* forget.c - ended jobs: when they were asked for last, and their deletion. */
#include <stdint.h>

#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

/* asked_ms: NULL while the job lives; from its end on the time of the last request, or
 * ASKED_FORGET. */
enum { ASKED_FORGET = 0 };

#define IS_STALE "id = ?1 AND asked_ms BETWEEN 1 AND ?2"

/* Mostly there is nothing to note, and to find that out needs no write lock. */
int sqlite_job_asked(struct store_link *link, const char *id, int64_t fresh_ms, struct error *err)
{
    struct database *db = database_of(link);
    int64_t n = 0, now = clock_wall_ms();
    int rc = query_number(db, "SELECT count(*) FROM casecast_jobs WHERE " IS_STALE,
        VALUES(value_text(id), value_number(now - fresh_ms)), &n, err);

    if (rc < 0 || n == 0)
        return rc;
    return query_run(db, "UPDATE casecast_jobs SET asked_ms = ?3 WHERE " IS_STALE,
        VALUES(value_text(id), value_number(now - fresh_ms), value_number(now)), err);
}

int sqlite_job_each_old(struct store_link *link, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    int64_t now = clock_wall_ms(), before = age_ms < now ? now - age_ms : 0;
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " JOB_COLUMNS("0") "FROM casecast_jobs WHERE asked_ms <= ?1"
                                   " ORDER BY asked_ms, number LIMIT ?2",
        VALUES(value_number(before), value_number(most)), &row, err);

    return rc == 0 ? sqlite_jobs_each_row(db, row, each, NULL, ctx, err) : rc;
}

int sqlite_job_each_to_clear(struct store_link *link,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " JOB_COLUMNS("0") "FROM casecast_jobs WHERE clear_ms <= ?1"
                                   " ORDER BY clear_ms, number",
        VALUES(value_number(clock_wall_ms())), &row, err);

    return rc == 0 ? sqlite_jobs_each_row(db, row, each, NULL, ctx, err) : rc;
}

int sqlite_job_was_cleared(struct store_link *link, const char *id, struct error *err)
{
    return query_run(database_of(link), "UPDATE casecast_jobs SET clear_ms = NULL WHERE id = ?1",
        VALUES(value_text(id)), err);
}

int sqlite_job_shares_key(
    struct store_link *link, const char *id, bool *ret_shares, struct error *err)
{
    int64_t shares = 0;
    int rc = query_number(database_of(link),
        "SELECT EXISTS (SELECT 1 FROM casecast_jobs AS o WHERE o.kind = mine.kind"
        "  AND o.key = mine.key AND o.id <> mine.id AND (o.state IN ('queued', 'running')"
        "  OR o.state = 'done' AND o.number > mine.number))"
        " FROM casecast_jobs AS mine WHERE id = ?1",
        VALUES(value_text(id)), &shares, err);

    *ret_shares = shares;
    return rc;
}

/* After a change that touches ended jobs only: was there one? */
static int forget_answer(struct database *db, const char *id, struct error *err)
{
    struct job job = {0};
    int rc;

    if (sqlite3_changes(db->handle))
        return 0;
    rc = job_by_id(db, id, &job, err);
    job_clear(&job);
    return rc == 0 ? STORE_E_LIVE : rc;
}

int sqlite_job_want_forget(struct store_link *link, const char *id, struct error *err)
{
    struct database *db = database_of(link);
    int rc = query_run(db,
        "UPDATE casecast_jobs SET asked_ms = ?2 WHERE id = ?1 AND asked_ms IS NOT NULL",
        VALUES(value_text(id), value_number(ASKED_FORGET)), err);

    return rc < 0 ? rc : forget_answer(db, id, err);
}

/* Its events, inputs and notes of viewers go with it: they refer to it. */
int sqlite_job_forget(struct store_link *link, const char *id, struct error *err)
{
    struct database *db = database_of(link);
    int rc = query_run(db, "DELETE FROM casecast_jobs WHERE id = ?1 AND asked_ms IS NOT NULL",
        VALUES(value_text(id)), err);

    return rc < 0 ? rc : forget_answer(db, id, err);
}
