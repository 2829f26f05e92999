/* cursors.c - the events of several jobs at once, in the order of the journal. */
#include "store/postgres/jobs/jobs_private.h"

/* Cursors as two arrays. */
struct cursor_arrays {
    struct buf ids, seqs;
};

static struct cursor_arrays cursor_arrays_of(const struct job_cursor *cursors, size_t n)
{
    struct cursor_arrays arrays = {0};

    for (size_t i = 0; i < n; i++) {
        pg_array_add(&arrays.ids, cursors[i].job_id);
        pg_array_add(&arrays.seqs, pg_number((int64_t)cursors[i].seq).number);
    }
    pg_array_end(&arrays.ids);
    pg_array_end(&arrays.seqs);
    return arrays;
}

static void cursor_arrays_free(struct cursor_arrays *arrays)
{
    buf_free(&arrays->ids);
    buf_free(&arrays->seqs);
}

/* Follows the index (job_id, seq) backwards: positions grow with `seq`, so what it passes over is
 * what the caller has still to read. */
static const char find_sql[] =
    "SELECT casecast.mark(), read.nth - 1, coalesce(e.seq, 0), coalesce(e.position, 0),"
    "  coalesce(" EVENT_IS_FINAL ", false)"
    " FROM unnest($1::text[]) WITH ORDINALITY AS read(id, nth)"
    " LEFT JOIN LATERAL (SELECT job_id, seq, position FROM casecast.events"
    "  WHERE job_id = read.id AND position <= $2::bigint ORDER BY seq DESC LIMIT 1) e ON true"
    " LEFT JOIN casecast.jobs j ON j.id = e.job_id";

int pg_cursors_find(struct store_link *store_link, uint64_t position, struct job_cursor *cursors,
    size_t n, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct cursor_arrays arrays = cursor_arrays_of(cursors, n);
    PGresult *result = NULL;
    int rc = jobs_ask(link, find_sql,
        PG_VALUES(pg_text(arrays.ids.data), pg_number((int64_t)position)), &result, err);

    for (int i = 0; rc == 0 && i < PQntuples(result); i++) {
        struct job_cursor *cursor = &cursors[row_number(result, i, 1)];

        rc = jobs_check_mark(link, PQgetvalue(result, i, 0), err);
        cursor->seq = (uint64_t)row_number(result, i, 2);
        cursor->position = (uint64_t)row_number(result, i, 3);
        cursor->is_over = *PQgetvalue(result, i, 4) == 't';
    }
    PQclear(result);
    cursor_arrays_free(&arrays);
    return rc;
}

/* Of each job the next $3 events, as they count without a gap; of all these the first $3.  There is
 * a row with the end of the journal even if there is no event. */
static const char read_sql[] =
    "SELECT casecast.mark(), p.position, e.position, e.job_id, " EVENT_COLUMNS
    " FROM (SELECT coalesce(max(position), 0) AS position FROM casecast.events) p"
    " LEFT JOIN (SELECT event.* FROM unnest($1::text[], $2::bigint[]) AS read(id, seq)"
    "  JOIN casecast.events AS event ON event.job_id = read.id"
    "   AND event.seq BETWEEN read.seq + 1 AND read.seq + $3::bigint"
    "  ORDER BY event.position LIMIT $3::bigint) e ON true"
    " LEFT JOIN casecast.jobs j ON j.id = e.job_id ORDER BY e.position";

int pg_cursors_read(struct store_link *store_link, const struct job_cursor *cursors, size_t n,
    int most,
    bool (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, uint64_t *ret_position, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct cursor_arrays arrays = cursor_arrays_of(cursors, n);
    bool has_more = true;
    PGresult *result = NULL;
    int rc = jobs_ask(link, read_sql,
        PG_VALUES(pg_text(arrays.ids.data), pg_text(arrays.seqs.data), pg_number(most)), &result,
        err);

    *ret_position = 0;
    if (rc == 0)
        rc = jobs_check_mark(link, PQgetvalue(result, 0, 0), err);
    if (rc == 0)
        *ret_position = (uint64_t)row_number(result, 0, 1);
    for (int i = 0; rc == 0 && has_more && i < PQntuples(result) && !PQgetisnull(result, i, 2);
         i++) {
        struct job_event event = row_event(result, i, 4);

        has_more = each(ctx, (uint64_t)row_number(result, i, 2), row_text(result, i, 3), &event);
    }
    PQclear(result);
    cursor_arrays_free(&arrays);
    return rc;
}
