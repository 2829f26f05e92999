/* hooks.c - hooks of jobs, and the events that they are still to get. */
#include <stdio.h>

#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

/* No pause is longer: a hook that waits longer was written before the clock was set back. */
#define PAUSE_MOST_MS "25200000"

/* The event after a cursor that a hook `h` wants; NULL: none yet.  journal.c wakes those that wait
 * for one. */
#define NEXT_AFTER(cursor)                                                                         \
    "(SELECT min(e.seq) FROM casecast_events AS e WHERE e.job_id = h.job_id AND e.seq > " cursor   \
    " AND (h.events = '' OR instr(h.events, ',' || ifnull(e.name, 'message') || ',')))"

/* --- add --- */

/* A hook that was given up is tried anew. */
static int hook_add_again(
    struct database *db, const struct hook_request *request, bool *ret_is_there, struct error *err)
{
    int64_t n = 0;
    int rc = query_number(db, "SELECT count(*) FROM casecast_hooks WHERE job_id = ?1 AND key = ?2",
        VALUES(value_text(request->job_id), value_text(request->key)), &n, err);

    *ret_is_there = n;
    if (rc < 0 || n == 0)
        return rc;
    return query_run(db,
        "UPDATE casecast_hooks SET state = 'due', attempts = 0, since_ms = 0, next_ms = 0"
        " WHERE job_id = ?1 AND key = ?2 AND state = 'given up'",
        VALUES(value_text(request->job_id), value_text(request->key)), err);
}

int hook_insert(
    struct database *db, const struct hook_request *hook, const char *job_id, struct error *err)
{
    return query_run(db,
        "INSERT INTO casecast_hooks(id, job_id, key, url, host, events, metadata)"
        " SELECT ?1, id, ?3, ?4, ?5, ?6, ?7 FROM casecast_jobs WHERE id = ?2",
        VALUES(value_text(hook->id), value_text(job_id), value_text(hook->key),
            value_text(hook->url), value_text(hook->host), value_text(hook->events),
            value_text(hook->metadata)),
        err);
}

static int hook_add_new(struct database *db, const struct hook_request *request, struct error *err)
{
    int64_t n = 0;
    int rc = query_number(db, "SELECT count(*) FROM casecast_hooks WHERE job_id = ?1",
        VALUES(value_text(request->job_id)), &n, err);

    if (rc == 0 && n >= request->most)
        rc = STORE_E_FULL;
    if (rc == 0)
        rc = hook_insert(db, request, request->job_id, err);
    if (rc == 0 && !sqlite3_changes(db->handle))
        rc = STORE_E_NOT_FOUND;
    return rc != 0 ? rc
                   : query_run(db,
                         "UPDATE casecast_hooks AS h SET state = 'due' WHERE id = ?1"
                         " AND " NEXT_AFTER("0") " IS NOT NULL",
                         VALUES(value_text(request->id)), err);
}

int sqlite_hook_add(struct store_link *link, const struct hook_request *request, struct error *err)
{
    struct database *db = database_of(link);
    bool is_there = false;
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = hook_add_again(db, request, &is_there, err);
    if (rc == 0 && !is_there)
        rc = hook_add_new(db, request, err);
    return transaction_end(db, rc, err);
}

/* --- claim --- */

/* A hook that was found, its row as it was then. */
struct found {
    int64_t number, seq, next_ms;
};

/* Mostly there is none, and to find that out needs no write lock. */
static int hook_find(struct database *db, const struct hook_wish *wish, int64_t now,
    struct found *ret_found, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT number, seq, next_ms FROM casecast_hooks WHERE state = 'due'"
        " AND (next_ms <= ?1 OR next_ms > ?1 + " PAUSE_MOST_MS ")"
        " AND NOT instr(?2, ',' || host || ',') AND (?3 OR attempts = 0)"
        " ORDER BY attempts > 0, next_ms, number LIMIT 1",
        VALUES(value_number(now), value_text(wish->busy), value_number(wish->takes_retries)), &row,
        err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc < 0 ? rc : STORE_E_NOT_FOUND;
    *ret_found = (struct found){.number = sqlite3_column_int64(row, 0),
        .seq = sqlite3_column_int64(row, 1),
        .next_ms = sqlite3_column_int64(row, 2)};
    query_end(row);
    return 0;
}

/* `*ret_is_ours`: nobody has changed it since it was found. */
static int hook_take(struct database *db, const struct found *found, int64_t now, int lease_ms,
    bool *ret_is_ours, struct error *err)
{
    int rc = query_run(db,
        "UPDATE casecast_hooks SET next_ms = ?4, since_ms = iif(since_ms, since_ms, ?5)"
        " WHERE number = ?1 AND seq = ?2 AND next_ms = ?3 AND state = 'due'",
        VALUES(value_number(found->number), value_number(found->seq), value_number(found->next_ms),
            value_number(now + lease_ms), value_number(now)),
        err);

    *ret_is_ours = rc == 0 && sqlite3_changes(db->handle);
    return rc;
}

static void hook_copy(sqlite3_stmt *row, int64_t now, struct hook_due *ret_due)
{
    *ret_due = (struct hook_due){.url = column_copy(row, 2),
        .host = column_copy(row, 3),
        .metadata = column_copy(row, 4),
        .attempts = sqlite3_column_int(row, 5),
        .since_ms = sqlite3_column_int64(row, 6),
        .after = (uint64_t)sqlite3_column_int64(row, 7),
        .seq = (uint64_t)sqlite3_column_int64(row, 8),
        .name = column_copy(row, 9),
        .data = column_copy(row, 10),
        .is_final = sqlite3_column_int(row, 11)};
    ret_due->tried_ms = now > ret_due->since_ms ? now - ret_due->since_ms : 0;
    snprintf(ret_due->id, sizeof ret_due->id, "%s", column_text(row, 0));
    snprintf(ret_due->job_id, sizeof ret_due->job_id, "%s", column_text(row, 1));
}

static int hook_read(
    struct database *db, int64_t number, int64_t now, struct hook_due *ret_due, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT h.id, h.job_id, h.url, h.host, h.metadata, h.attempts, h.since_ms, h.seq, n.seq,"
        " n.name, n.data, j.state NOT IN ('queued', 'running') AND j.last_seq = n.seq"
        " FROM casecast_hooks AS h JOIN casecast_jobs AS j ON j.id = h.job_id"
        " JOIN casecast_events AS n ON n.job_id = h.job_id AND n.seq = " NEXT_AFTER(
            "h.seq") " WHERE h.number = ?1",
        VALUES(value_number(number)), &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc < 0 ? rc : STORE_E_NOT_FOUND;
    hook_copy(row, now, ret_due);
    query_end(row);
    return 0;
}

/* Again, where another process took the hook in between. */
int sqlite_hook_claim(struct store_link *link, const struct hook_wish *wish,
    struct hook_due *ret_due, struct error *err)
{
    struct database *db = database_of(link);
    int64_t now = clock_wall_ms();
    struct found found = {0};
    bool is_ours = false;
    int rc = 0;

    while (rc == 0 && !is_ours) {
        rc = hook_find(db, wish, now, &found, err);
        if (rc == 0)
            rc = hook_take(db, &found, now, wish->lease_ms, &is_ours, err);
    }
    return rc == 0 ? hook_read(db, found.number, now, ret_due, err) : rc;
}

/* --- what came of it --- */

int sqlite_hook_delivered(struct store_link *link, const struct hook_due *due, struct error *err)
{
    return query_run(database_of(link),
        "UPDATE casecast_hooks AS h SET seq = ?3, attempts = 0, since_ms = 0, next_ms = 0,"
        " error = NULL, state = iif(" NEXT_AFTER(
            "?3") " IS NULL, 'idle', 'due') WHERE id = ?1 AND seq = ?2",
        VALUES(value_text(due->id), value_number((int64_t)due->after),
            value_number((int64_t)due->seq)),
        err);
}

int sqlite_hook_failed(struct store_link *link, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err)
{
    return query_run(database_of(link),
        "UPDATE casecast_hooks SET attempts = attempts + 1, next_ms = ?4, error = ?5,"
        " state = iif(?6, 'given up', 'due')"
        " WHERE id = ?1 AND seq = ?2 AND attempts = ?3 AND state = 'due'",
        VALUES(value_text(due->id), value_number((int64_t)due->after), value_number(due->attempts),
            value_number(clock_wall_ms() + failure->pause_ms), value_text(failure->error),
            value_number(failure->is_last)),
        err);
}

/* --- lists --- */

int sqlite_hook_each(struct store_link *link, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err)
{
    int64_t now = clock_wall_ms();
    sqlite3_stmt *row;
    struct database *db = database_of(link);
    int rc = query_start(db,
        "SELECT id, job_id, url, host, events, error, state = 'given up', attempts, next_ms,"
        " " NEXT_AFTER(
            "h.seq") ", number FROM casecast_hooks AS h WHERE state IN ('due', 'given up')"
                     " AND number > ?1 ORDER BY number LIMIT ?2",
        VALUES(value_number(after), value_number(most)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        each(ctx, &(struct hook_row){.id = column_text(row, 0),
                      .job_id = column_text(row, 1),
                      .url = column_text(row, 2),
                      .host = column_text(row, 3),
                      .events = column_text(row, 4),
                      .error = column_text(row, 5),
                      .is_given_up = sqlite3_column_int(row, 6),
                      .attempts = sqlite3_column_int(row, 7),
                      .next_ms = sqlite3_column_int64(row, 8) - now,
                      .seq = (uint64_t)sqlite3_column_int64(row, 9),
                      .number = sqlite3_column_int64(row, 10)});
        rc = 0;
    }
    return rc;
}

int sqlite_hook_count(struct store_link *link, struct hook_counts *ret_counts, struct error *err)
{
    struct database *db = database_of(link);
    int64_t n_waiting = 0, n_given_up = 0;
    int rc = query_number(
        db, "SELECT count(*) FROM casecast_hooks WHERE state = 'due'", NULL, &n_waiting, err);

    if (rc == 0)
        rc = query_number(db, "SELECT count(*) FROM casecast_hooks WHERE state = 'given up'", NULL,
            &n_given_up, err);
    *ret_counts = (struct hook_counts){.n_waiting = n_waiting, .n_given_up = n_given_up};
    return rc;
}
