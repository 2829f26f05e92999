/* hooks.c - hooks of jobs, and the events that they are still to get. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

static struct pg_value hook_bool(bool value)
{
    return pg_text(value ? "t" : "f");
}

int pg_hook_add(struct store_link *link, const struct hook_request *request, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link), "SELECT casecast.hook_add($1, $2, $3, $4, $5, $6, $7, $8)",
        PG_VALUES(pg_text(request->job_id), pg_text(request->id), pg_text(request->key),
            pg_text(request->url), pg_text(request->host), pg_text(request->events),
            pg_text(request->metadata), pg_number(request->most)),
        &result, err);

    if (rc == 0 && PQgetisnull(result, 0, 0))
        rc = STORE_E_NOT_FOUND;
    else if (rc == 0 && strcmp(PQgetvalue(result, 0, 0), "full") == 0)
        rc = STORE_E_FULL;
    PQclear(result);
    return rc;
}

static void hook_copy(const PGresult *result, struct hook_due *ret_due)
{
    int64_t now = row_number(result, 0, 11);

    *ret_due = (struct hook_due){.url = mem_copy(row_text(result, 0, 2)),
        .host = mem_copy(row_text(result, 0, 3)),
        .metadata = mem_copy(row_text(result, 0, 4)),
        .attempts = (int)row_number(result, 0, 5),
        .since_ms = row_number(result, 0, 6),
        .after = (uint64_t)row_number(result, 0, 7),
        .seq = (uint64_t)row_number(result, 0, 8),
        .name = mem_copy(row_text(result, 0, 9)),
        .data = mem_copy(row_text(result, 0, 10)),
        .is_final = *PQgetvalue(result, 0, 12) == 't'};
    ret_due->tried_ms = now > ret_due->since_ms ? now - ret_due->since_ms : 0;
    snprintf(ret_due->id, sizeof ret_due->id, "%s", PQgetvalue(result, 0, 0));
    snprintf(ret_due->job_id, sizeof ret_due->job_id, "%s", PQgetvalue(result, 0, 1));
}

int pg_hook_claim(struct store_link *link, const struct hook_wish *wish, struct hook_due *ret_due,
    struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT (hook).id, (hook).job_id, (hook).url, (hook).host, (hook).metadata,"
        " (hook).attempts, (hook).since_ms, (hook).seq, (event).seq, (event).name, (event).data,"
        " now_ms, is_final FROM casecast.hook_claim($1, $2, $3)",
        PG_VALUES(pg_text(wish->busy), hook_bool(wish->takes_retries), pg_number(wish->lease_ms)),
        &result, err);

    if (rc == 0 && PQntuples(result) == 0)
        rc = STORE_E_NOT_FOUND;
    if (rc == 0)
        hook_copy(result, ret_due);
    PQclear(result);
    return rc;
}

int pg_hook_delivered(struct store_link *link, const struct hook_due *due, struct error *err)
{
    return jobs_do(pg_link_of(link), "SELECT casecast.hook_delivered($1, $2, $3, $4)",
        PG_VALUES(pg_text(due->job_id), pg_text(due->id), pg_number((int64_t)due->after),
            pg_number((int64_t)due->seq)),
        err);
}

int pg_hook_failed(struct store_link *link, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err)
{
    return jobs_do(pg_link_of(link), "SELECT casecast.hook_failed($1, $2, $3, $4, $5, $6)",
        PG_VALUES(pg_text(due->id), pg_number((int64_t)due->after), pg_number(due->attempts),
            pg_number(failure->pause_ms), pg_text(failure->error), hook_bool(failure->is_last)),
        err);
}

int pg_hook_each(struct store_link *link, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT id, job_id, url, host, events, error, state = 'given up', attempts,"
        " next_ms - casecast.now_ms(), casecast.hook_next(h, h.seq), number"
        " FROM casecast.hooks h WHERE state IN ('due', 'given up') AND number > $1"
        " ORDER BY number LIMIT $2",
        PG_VALUES(pg_number(after), pg_number(most)), &result, err);

    for (int i = 0; rc == 0 && i < PQntuples(result); i++)
        each(ctx, &(struct hook_row){.id = row_text(result, i, 0),
                      .job_id = row_text(result, i, 1),
                      .url = row_text(result, i, 2),
                      .host = row_text(result, i, 3),
                      .events = row_text(result, i, 4),
                      .error = row_text(result, i, 5),
                      .is_given_up = *PQgetvalue(result, i, 6) == 't',
                      .attempts = (int)row_number(result, i, 7),
                      .next_ms = row_number(result, i, 8),
                      .seq = (uint64_t)row_number(result, i, 9),
                      .number = row_number(result, i, 10)});
    PQclear(result);
    return rc;
}

int pg_hook_count(struct store_link *link, struct hook_counts *ret_counts, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'given up')"
        " FROM casecast.hooks WHERE state IN ('due', 'given up')",
        NULL, 0, &result, err);

    if (rc == 0)
        *ret_counts = (struct hook_counts){
            .n_waiting = row_number(result, 0, 0), .n_given_up = row_number(result, 0, 1)};
    PQclear(result);
    return rc;
}
