/* journal.c - the durable events of all jobs, in one order that every process sees alike; why no
 * reader misses any stands in store/postgres/schema/functions.sql. */
#include "store/postgres/jobs/jobs_private.h"

/* --- writing --- */

void event_arrays_add(struct event_arrays *arrays, const struct job_event *event)
{
    pg_array_add(&arrays->names, event->name);
    pg_array_add(&arrays->datas, event->data);
    pg_array_add(&arrays->onces, event->once);
}

void event_arrays_end(struct event_arrays *arrays)
{
    pg_array_end(&arrays->names);
    pg_array_end(&arrays->datas);
    pg_array_end(&arrays->onces);
}

struct event_arrays event_arrays_of(const struct job_event *events, int n)
{
    struct event_arrays arrays = {0};

    for (int i = 0; i < n; i++)
        event_arrays_add(&arrays, &events[i]);
    event_arrays_end(&arrays);
    return arrays;
}

void event_arrays_free(struct event_arrays *arrays)
{
    buf_free(&arrays->names);
    buf_free(&arrays->datas);
    buf_free(&arrays->onces);
}

/* --- reading --- */

int pg_position(struct store_link *store_link, uint64_t *ret_position, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc =
        jobs_ask(link, "SELECT casecast.mark(), coalesce(max(position), 0) FROM casecast.events",
            NULL, 0, &result, err);

    if (rc == 0)
        rc = jobs_check_mark(link, PQgetvalue(result, 0, 0), err);
    if (rc == 0)
        *ret_position = (uint64_t)(link->jobs->position = row_number(result, 0, 1));
    PQclear(result);
    return rc;
}

/* --- one job's --- */

/* A replay is read in parts, each by one statement.  What is in the journal behind the end that the
 * first part saw is left to store_tail(): positions become visible in their order. */
struct replay {
    struct pg_link *link;
    const char *id;
    uint64_t after;
    int64_t end; /* of the journal; -1: not read yet */
    bool has_more;
    bool (*each)(void *ctx, const struct job_event *event);
    void *ctx;
};

enum { REPLAY_PART = 256 /* events */ };

static const char replay_sql[] =
    "SELECT casecast.mark(), p.position, " EVENT_COLUMNS " FROM casecast.jobs j"
    " CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM casecast.events) p"
    " LEFT JOIN LATERAL (SELECT * FROM casecast.events WHERE job_id = $1 AND seq > $2::bigint"
    "  AND ($3::bigint < 0 OR position <= $3::bigint) ORDER BY seq LIMIT $4) e ON true"
    " WHERE j.id = $1 ORDER BY e.seq";

static void replay_pass(struct replay *replay, const PGresult *result)
{
    replay->has_more = PQntuples(result) == REPLAY_PART;
    if (replay->end < 0)
        replay->end = row_number(result, 0, 1);
    for (int i = 0; i < PQntuples(result) && !PQgetisnull(result, i, 2); i++) {
        struct job_event event = row_event(result, i, 2);

        replay->after = event.seq;
        if (!replay->each(replay->ctx, &event)) {
            replay->has_more = false;
            return;
        }
    }
}

static int replay_read_part(struct replay *replay, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(replay->link, replay_sql,
        PG_VALUES(pg_text(replay->id), pg_number((int64_t)replay->after), pg_number(replay->end),
            pg_number(REPLAY_PART)),
        &result, err);

    if (rc == 0 && PQntuples(result) == 0)
        rc = STORE_E_NOT_FOUND;
    if (rc == 0)
        rc = jobs_check_mark(replay->link, PQgetvalue(result, 0, 0), err);
    if (rc == 0)
        replay_pass(replay, result);
    PQclear(result);
    return rc;
}

int pg_job_events(struct store_link *link, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    struct replay replay = {.link = pg_link_of(link),
        .id = id,
        .after = after > INT64_MAX ? INT64_MAX : after,
        .end = -1,
        .has_more = true,
        .each = each,
        .ctx = ctx};
    int rc = 0;

    while (rc == 0 && replay.has_more)
        rc = replay_read_part(&replay, err);
    *ret_position = replay.end > 0 ? (uint64_t)replay.end : 0;
    return rc;
}

/* --- all jobs' --- */

/* There is a row with the mark even if there is no event. */
static const char tail_sql[] =
    "SELECT casecast.mark(), e.position, e.job_id, " EVENT_COLUMNS " FROM (SELECT 1) one LEFT JOIN"
    " (SELECT * FROM casecast.events WHERE position > $1 ORDER BY position LIMIT $2) e ON true"
    " LEFT JOIN casecast.jobs j ON j.id = e.job_id ORDER BY e.position";

int pg_tail(struct store_link *store_link, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(
        link, tail_sql, PG_VALUES(pg_number((int64_t)after), pg_number(most)), &result, err);

    if (rc == 0)
        rc = jobs_check_mark(link, PQgetvalue(result, 0, 0), err);
    for (int i = 0; rc == 0 && i < PQntuples(result) && !PQgetisnull(result, i, 1); i++) {
        struct job_event event = row_event(result, i, 3);

        link->jobs->position = row_number(result, i, 1);
        each(ctx, (uint64_t)link->jobs->position, row_text(result, i, 2), &event);
    }
    PQclear(result);
    return rc;
}
