/* audience.c - who watches a job, in all processes: a row for each process that has viewers of it.
 *
 * A process writes its own rows, when they change.  The rows of a process that is gone (member.c)
 * are not counted. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/engine/watchers.h"
#include "store/sqlite/jobs/jobs_private.h"

static int audience_write_one(struct database *db, const struct sqlite_member *member,
    const struct audience *audience, struct error *err)
{
    int rc = query_run(db,
        "DELETE FROM casecast_audiences WHERE job_id = ?1 AND (member = ?2 OR "
        "casecast_is_gone(member))",
        VALUES(value_text(audience->job_id), value_text(member->member.name)), err);

    if (rc < 0 || audience->n == 0)
        return rc;
    return query_run(db,
        "INSERT INTO casecast_audiences(job_id, member, n, who) SELECT id, ?2, ?3, ?4"
        " FROM casecast_jobs WHERE id = ?1 AND state IN ('queued', 'running')",
        VALUES(value_text(audience->job_id), value_text(member->member.name),
            value_number(audience->n), value_text(audience->who)),
        err);
}

int sqlite_audiences_write(struct store_link *link, struct member *base,
    const struct audience *audiences, size_t n, struct error *err)
{
    struct database *db = database_of(link);
    struct sqlite_member *member = member_of(base);
    int rc = member_lock(member, err);

    db->member = member;
    if (rc == 0)
        rc = transaction_begin(db, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = audience_write_one(db, member, &audiences[i], err);
    return transaction_end(db, rc, err);
}

/* --- other watchers --- */

static int audience_count_rows(struct database *db, int members_fd, const char *id,
    const char *watcher, struct watchers *watchers, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, "SELECT member, n, who FROM casecast_audiences WHERE job_id = ?1",
        VALUES(value_text(id)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        rc = 0;
        if (!member_is_gone(members_fd, column_text(row, 0)))
            watchers_add(watchers, sqlite3_column_int(row, 1), column_text(row, 2), watcher);
    }
    return rc;
}

int sqlite_audience_others(struct store_link *link, const char *id, const char *watcher,
    int *ret_others, struct error *err)
{
    struct database *db = database_of(link);
    char *path = mem_format("%s-members", db->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct watchers watchers = {0};
    int rc = audience_count_rows(db, fd, id, watcher, &watchers, err);

    if (fd >= 0)
        close(fd);
    free(path);
    if (rc == 0)
        *ret_others = watchers_others(&watchers, watcher);
    return rc;
}

/* --- all watchers --- */

/* Between commas; the caller frees it. */
static int audience_find_gone(
    struct database *db, int members_fd, struct buf *ret_gone, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, "SELECT DISTINCT member FROM casecast_audiences", NULL, &row, err);

    buf_add_text(ret_gone, ",");
    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        rc = 0;
        if (member_is_gone(members_fd, column_text(row, 0)))
            buf_format(ret_gone, "%s,", column_text(row, 0));
    }
    return rc;
}

static int audience_each_row(struct database *db, const char *gone, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT id, kind, subject, sum(n) AS streams, sum(sum(n)) OVER ()"
        " FROM casecast_audiences JOIN casecast_jobs ON id = job_id"
        " WHERE state IN ('queued', 'running') AND NOT instr(?1, ',' || member || ',')"
        " GROUP BY id ORDER BY streams DESC, id LIMIT ?2",
        VALUES(value_text(gone), value_number(most)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        each(ctx, &(struct audience_row){.job_id = column_text(row, 0),
                      .kind = column_text(row, 1),
                      .subject = column_text(row, 2),
                      .n = sqlite3_column_int64(row, 3),
                      .all = sqlite3_column_int64(row, 4)});
        rc = 0;
    }
    return rc;
}

int sqlite_audience_each(struct store_link *link, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    int fd = member_open_locks(db);
    struct buf gone = {0};
    int rc = audience_find_gone(db, fd, &gone, err);

    if (fd >= 0)
        close(fd);
    if (rc == 0)
        rc = audience_each_row(db, gone.data, most, each, ctx, err);
    buf_free(&gone);
    return rc;
}

/* --- watched jobs --- */

/* ?1 job, ?2 now, ?3 fresh_ms.  By CLOCK_MONOTONIC; a time of another boot may lie ahead. */
#define WATCH_IS_DUE                                                                               \
    "id = ?1 AND state IN ('queued', 'running') AND watched_ms NOT BETWEEN ?2 - ?3 AND ?2"

/* STORE_E_NOT_FOUND: no job is due. */
static int watched_find_due(struct database *db, char (*ids)[JOB_ID_LEN + 1], size_t n, int64_t now,
    int fresh_ms, struct error *err)
{
    int64_t found;
    int rc = STORE_E_NOT_FOUND;

    for (size_t i = 0; rc == STORE_E_NOT_FOUND && i < n; i++)
        rc = query_number(db, "SELECT 1 FROM casecast_jobs WHERE " WATCH_IS_DUE,
            VALUES(value_text(ids[i]), value_number(now), value_number(fresh_ms)), &found, err);
    return rc;
}

int sqlite_jobs_watched(
    struct store_link *link, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms, struct error *err)
{
    struct database *db = database_of(link);
    int64_t now = clock_monotonic_ms();
    int rc = watched_find_due(db, ids, n, now, fresh_ms, err);

    if (rc == STORE_E_NOT_FOUND)
        return 0;
    if (rc == 0)
        rc = transaction_begin(db, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = query_run(db, "UPDATE casecast_jobs SET watched_ms = ?2 WHERE " WATCH_IS_DUE,
            VALUES(value_text(ids[i]), value_number(now), value_number(fresh_ms)), err);
    return transaction_end(db, rc, err);
}
