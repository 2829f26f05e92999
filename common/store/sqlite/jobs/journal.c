/* journal.c - the durable events of all jobs, in one order that every process sees alike.
 *
 * Why a reader that remembers a position misses nothing: `position` is given (AUTOINCREMENT, never
 * used twice) while its writer holds the write lock, which it holds until the commit.  So positions
 * become visible in their own order: once N can be read, nothing below N can appear any more. */
#include <assert.h>
#include <poll.h>

#include "store/sqlite/jobs/jobs_private.h"

/* The hooks that want it have something to deliver. */
static int journal_wake_hooks(
    struct database *db, const char *job_id, const struct job_event *event, struct error *err)
{
    return query_run(db,
        "UPDATE casecast_hooks SET state = 'due' WHERE job_id = ?1 AND state = 'idle'"
        " AND (events = '' OR instr(events, ',' || ifnull(?2, 'message') || ','))",
        VALUES(value_text(job_id), value_text(event->name)), err);
}

/* An event whose tag is there already is not written again. */
static int journal_add_one(
    struct database *db, const char *job_id, const struct job_event *event, struct error *err)
{
    int rc;

    assert(event->data);
    rc = query_run(db,
        "INSERT INTO casecast_events(job_id, seq, name, data, once)"
        " SELECT id, last_seq + 1, ?2, ?3, ?4 FROM casecast_jobs WHERE id = ?1"
        " ON CONFLICT (job_id, once) DO NOTHING",
        VALUES(value_text(job_id), value_text(event->name), value_text(event->data),
            value_text(event->once)),
        err);
    if (rc < 0 || !sqlite3_changes(db->handle))
        return rc;
    rc = query_run(db, "UPDATE casecast_jobs SET last_seq = last_seq + 1 WHERE id = ?1",
        VALUES(value_text(job_id)), err);
    return rc == 0 ? journal_wake_hooks(db, job_id, event, err) : rc;
}

int journal_add(struct database *db, const char *job_id, const struct job_event *events, int n,
    struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < n; i++)
        rc = journal_add_one(db, job_id, &events[i], err);
    return rc;
}

struct job_event journal_event(sqlite3_stmt *row, int first)
{
    return (struct job_event){.seq = (uint64_t)sqlite3_column_int64(row, first),
        .name = column_text(row, first + 1),
        .data = column_text(row, first + 2),
        .once = column_text(row, first + 3),
        .is_final = sqlite3_column_int(row, first + 4)};
}

static int journal_each_of_job(struct database *db, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " EVENT_COLUMNS "FROM casecast_events WHERE job_id = ?1 AND seq > ?2 ORDER BY seq",
        VALUES(value_text(id), value_number((int64_t)after)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        struct job_event event = journal_event(row, 0);

        rc = 0;
        if (!each(ctx, &event)) {
            query_end(row);
            break;
        }
    }
    return rc;
}

int journal_position(struct database *db, uint64_t *ret_position, struct error *err)
{
    int64_t position = 0;
    int rc = query_number(
        db, "SELECT ifnull(max(position), 0) FROM casecast_events", NULL, &position, err);

    if (rc == 0)
        *ret_position = (uint64_t)position;
    return rc;
}

int sqlite_position(struct store_link *link, uint64_t *ret_position, struct error *err)
{
    return journal_position(database_of(link), ret_position, err);
}

static int journal_read_job(struct database *db, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    int64_t found;
    int rc;

    rc = query_number(
        db, "SELECT 1 FROM casecast_jobs WHERE id = ?1", VALUES(value_text(id)), &found, err);
    if (rc == 0)
        rc = journal_position(db, ret_position, err);
    if (rc == 0)
        rc = journal_each_of_job(db, id, after, each, ctx, err);
    return rc;
}

int sqlite_job_events(struct store_link *link, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    struct database *db = database_of(link);
    int rc = transaction_begin_read(db, err);

    *ret_position = 0;
    if (rc == 0)
        rc = transaction_end(db,
            journal_read_job(
                db, id, after > INT64_MAX ? INT64_MAX : after, each, ctx, ret_position, err),
            err);
    return rc;
}

/* SQLite reports no changes of other connections by itself, so the caller's rounds are short. */
int sqlite_news(struct store_link *link, int ms, int wake_fd, bool *ret_is_news, struct error *err)
{
    struct database *db = database_of(link);
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    int64_t version = 0;
    int rc;

    if (ms > 0)
        poll(&wake, 1, ms);
    rc = query_number(db, "PRAGMA data_version", NULL, &version, err);
    if (rc == 0) {
        *ret_is_news = version != db->data_version;
        db->data_version = version;
    }
    return rc;
}

int sqlite_tail(struct store_link *link, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT position, job_id, " EVENT_COLUMNS "FROM casecast_events WHERE position > ?1"
        " ORDER BY position LIMIT ?2",
        VALUES(value_number((int64_t)after), value_number(most)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        struct job_event event = journal_event(row, 2);

        each(ctx, (uint64_t)sqlite3_column_int64(row, 0), column_text(row, 1), &event);
        rc = 0;
    }
    return rc;
}
