/* cursors.c - the events of several jobs at once, in the order of the journal. */
#include "base/buf.h"
#include "store/sqlite/jobs/jobs_private.h"

/* Follows the index (job_id, seq) backwards: positions grow with `seq`, so what it passes over is
 * what the caller has still to read. */
static int cursor_find(
    struct database *db, uint64_t position, struct job_cursor *cursor, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT seq, position, " EVENT_IS_FINAL "FROM casecast_events"
        " WHERE job_id = ?1 AND +position <= ?2 ORDER BY seq DESC LIMIT 1",
        VALUES(value_text(cursor->job_id), value_number((int64_t)position)), &row, err);

    cursor->seq = cursor->position = 0;
    cursor->is_over = false;
    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc;
    cursor->seq = (uint64_t)sqlite3_column_int64(row, 0);
    cursor->position = (uint64_t)sqlite3_column_int64(row, 1);
    cursor->is_over = sqlite3_column_int(row, 2);
    query_end(row);
    return 0;
}

int sqlite_cursors_find(struct store_link *link, uint64_t position, struct job_cursor *cursors,
    size_t n, struct error *err)
{
    struct database *db = database_of(link);
    int rc = transaction_begin_read(db, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = cursor_find(db, position, &cursors[i], err);
    return transaction_end(db, rc, err);
}

/* As JSON: [["<job>",<seq>],…]. */
static struct buf cursors_text(const struct job_cursor *cursors, size_t n)
{
    struct buf text = {0};

    for (size_t i = 0; i < n; i++)
        buf_format(
            &text, "%s[\"%s\",%lld]", i ? "," : "[", cursors[i].job_id, (long long)cursors[i].seq);
    buf_add_text(&text, "]");
    return text;
}

/* Of each job the next ?2 events, as they count without a gap; of all these the first ?2.  The
 * inner query reads the index alone. */
static const char cursors_sql[] =
    "SELECT position, job_id, " EVENT_COLUMNS "FROM casecast_events WHERE position IN"
    " (SELECT event.position FROM json_each(?1) AS read CROSS JOIN casecast_events AS event"
    "  WHERE job_id = read.value ->> 0"
    "  AND seq BETWEEN (read.value ->> 1) + 1 AND (read.value ->> 1) + ?2"
    "  ORDER BY event.position LIMIT ?2)"
    " ORDER BY position";

static int cursors_each(struct database *db, const char *text, int most,
    bool (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, cursors_sql, VALUES(value_text(text), value_number(most)), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        struct job_event event = journal_event(row, 2);

        rc = 0;
        if (!each(ctx, (uint64_t)sqlite3_column_int64(row, 0), column_text(row, 1), &event)) {
            query_end(row);
            break;
        }
    }
    return rc;
}

int sqlite_cursors_read(struct store_link *link, const struct job_cursor *cursors, size_t n,
    int most,
    bool (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, uint64_t *ret_position, struct error *err)
{
    struct database *db = database_of(link);
    struct buf text = cursors_text(cursors, n);
    int rc = transaction_begin_read(db, err);

    *ret_position = 0;
    if (rc == 0) {
        rc = journal_position(db, ret_position, err);
        if (rc == 0)
            rc = cursors_each(db, text.data, most, each, ctx, err);
        rc = transaction_end(db, rc, err);
    }
    buf_free(&text);
    return rc;
}
