/* store_journal.c - the durable events of all jobs, in one order that every process sees alike.
 *
 * Why a reader that remembers a position misses nothing: `position` is handed out (AUTOINCREMENT,
 * never used twice) while its writer holds the write lock, and the lock is held until the commit.
 * So positions become visible in their own order: once N can be read, nothing below N can appear
 * any more. */
#include <assert.h>

#include "store/store_private.h"

static int add_one(
    struct store *store, const char *job_id, const struct job_event *event, struct error *err)
{
    int64_t found;
    int answer;

    assert(event->data);
    if (event->once) {
        answer =
            query_number(store, "SELECT 1 FROM casecast_events WHERE job_id = ?1 AND once = ?2",
                VALUES(value_text(job_id), value_text(event->once)), &found, err);
        if (answer != STORE_E_NOT_FOUND)
            return answer;
    }
    answer = query_run(store,
        "INSERT INTO casecast_events(job_id, seq, name, data, once)"
        " SELECT id, last_seq + 1, ?2, ?3, ?4 FROM casecast_jobs WHERE id = ?1",
        VALUES(value_text(job_id), value_text(event->name), value_text(event->data),
            value_text(event->once)),
        err);
    if (answer < 0)
        return answer;
    return query_run(store, "UPDATE casecast_jobs SET last_seq = last_seq + 1 WHERE id = ?1",
        VALUES(value_text(job_id)), err);
}

int journal_add(struct store *store, const char *job_id, const struct job_event *events, int n,
    struct error *err)
{
    int answer = 0;

    for (int i = 0; answer == 0 && i < n; i++)
        answer = add_one(store, job_id, &events[i], err);
    return answer;
}

/* The last event of a job is written together with the state it ended in. */
#define EVENT_COLUMNS                                                                              \
    "seq, name, data, once, (SELECT state NOT IN ('queued', 'running') AND last_seq = seq"         \
    " FROM casecast_jobs WHERE id = job_id) "

static struct job_event read_event(sqlite3_stmt *row, int first)
{
    return (struct job_event){.seq = (uint64_t)sqlite3_column_int64(row, first),
        .name = column_text(row, first + 1),
        .data = column_text(row, first + 2),
        .once = column_text(row, first + 3),
        .is_final = sqlite3_column_int(row, first + 4)};
}

static int each_of_job(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT " EVENT_COLUMNS "FROM casecast_events WHERE job_id = ?1 AND seq > ?2 ORDER BY seq",
        VALUES(value_text(id), value_number((int64_t)after)), &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        struct job_event event = read_event(row, 0);

        answer = 0;
        if (!each(ctx, &event)) {
            query_end(row);
            break;
        }
    }
    return answer;
}

static int read_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    int64_t found;
    int answer;

    answer = query_number(
        store, "SELECT 1 FROM casecast_jobs WHERE id = ?1", VALUES(value_text(id)), &found, err);
    if (answer == 0)
        answer = store_position(store, ret_position, err);
    if (answer == 0)
        answer = each_of_job(store, id, after, each, ctx, err);
    return answer;
}

int store_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    int answer = transaction_begin_read(store, err);

    *ret_position = 0;
    if (answer == 0)
        answer = transaction_end(store,
            read_job_events(
                store, id, after > INT64_MAX ? INT64_MAX : after, each, ctx, ret_position, err),
            err);
    return answer;
}

int store_changed(struct store *store, bool *ret_changed, struct error *err)
{
    int64_t version = 0;
    int answer = query_number(store, "PRAGMA data_version", NULL, &version, err);

    if (answer == 0) {
        *ret_changed = version != store->data_version;
        store->data_version = version;
    }
    return answer;
}

int store_position(struct store *store, uint64_t *ret_position, struct error *err)
{
    int64_t position = 0;
    int answer = query_number(
        store, "SELECT ifnull(max(position), 0) FROM casecast_events", NULL, &position, err);

    if (answer == 0)
        *ret_position = (uint64_t)position;
    return answer;
}

int store_tail(struct store *store, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT position, job_id, " EVENT_COLUMNS "FROM casecast_events WHERE position > ?1"
        " ORDER BY position LIMIT ?2",
        VALUES(value_number((int64_t)after), value_number(most)), &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        struct job_event event = read_event(row, 2);

        each(ctx, (uint64_t)sqlite3_column_int64(row, 0), column_text(row, 1), &event);
        answer = 0;
    }
    return answer;
}
