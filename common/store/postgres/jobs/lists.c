/* lists.c - many jobs at once. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

int pg_jobs_each_row(struct pg_link *link, PGresult *result,
    void (*each)(void *ctx, const struct job *job),
    void (*each_owned)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err)
{
    struct job job;
    int rc = 0;

    for (int i = 0; rc == 0 && i < PQntuples(result); i++) {
        rc = row_job(link, result, i, &job, err);
        if (rc < 0)
            break;
        if (each)
            each(ctx, &job);
        else
            each_owned(ctx, &job, row_text(result, i, JOB_COLUMN_OWNER));
        job_clear(&job);
    }
    PQclear(result);
    return rc;
}

int pg_job_each_done(struct store_link *store_link, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_COLUMNS(
            "0") "FROM casecast.jobs WHERE number IN (SELECT max(number)"
                 " FROM casecast.jobs WHERE kind = $1 AND state = 'done' GROUP BY subject)"
                 " ORDER BY number DESC",
        PG_VALUES(pg_text(kind)), &result, err);

    return rc == 0 ? pg_jobs_each_row(link, result, each, NULL, ctx, err) : rc;
}

/* The positions of the rows of `listed` that wait.  Each counts those between the one before it and
 * itself: together they pass once over the queue's index. */
#define QUEUE_OF_LISTED                                                                            \
    " step AS (SELECT rank, number, lag(rank) OVER turn AS rank_before,"                           \
    "  lag(number) OVER turn AS number_before FROM listed WHERE state = 'queued'"                  \
    "  WINDOW turn AS (ORDER BY rank, number)),"                                                   \
    " queue AS MATERIALIZED (SELECT step.number AS waiting,"                                       \
    "  sum(n) OVER (ORDER BY step.rank, step.number)::bigint AS position FROM step,"               \
    "  LATERAL (SELECT count(*) AS n FROM casecast.jobs AS q WHERE q.state = 'queued'"             \
    "   AND (q.rank, q.number) <= (step.rank, step.number)"                                        \
    "   AND (q.rank, q.number) > (coalesce(rank_before, -1), coalesce(number_before, 0)))"         \
    "   AS passed)"

static int lists_ask_queue(
    struct pg_link *link, const struct job_filter *filter, PGresult **ret_result, struct error *err)
{
    return jobs_ask(link,
        "WITH listed AS MATERIALIZED (SELECT * FROM casecast.jobs"
        "  WHERE state = 'queued' AND ($2 = 0 OR (rank, number) > (9 - $3, $2))"
        "  AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR subject = $5)"
        "  ORDER BY rank, number LIMIT $1)," QUEUE_OF_LISTED " SELECT " JOB_COLUMNS(
            "position") "FROM listed JOIN queue ON waiting = number ORDER BY rank, number",
        PG_VALUES(pg_number(filter->most), pg_number(filter->after),
            pg_number(filter->after_priority), pg_text(filter->kind), pg_text(filter->subject)),
        ret_result, err);
}

static int lists_ask_newest(
    struct pg_link *link, const struct job_filter *filter, PGresult **ret_result, struct error *err)
{
    return jobs_ask(link,
        "WITH listed AS MATERIALIZED (SELECT * FROM casecast.jobs"
        "  WHERE ($2 = 0 OR number < $2) AND ($3::text IS NULL OR state = $3)"
        "  AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR subject = $5)"
        "  ORDER BY number DESC LIMIT $1)," QUEUE_OF_LISTED " SELECT " JOB_COLUMNS(
            "position") "FROM listed LEFT JOIN queue ON waiting = number ORDER BY number DESC",
        PG_VALUES(pg_number(filter->most), pg_number(filter->before), pg_text(filter->state),
            pg_text(filter->kind), pg_text(filter->subject)),
        ret_result, err);
}

int pg_job_each(struct store_link *store_link, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = filter->in_turn ? lists_ask_queue(link, filter, &result, err)
                             : lists_ask_newest(link, filter, &result, err);

    return rc == 0 ? pg_jobs_each_row(link, result, each, NULL, ctx, err) : rc;
}

int pg_job_count(
    struct store_link *link, long long ret_counts[static JOB_CANCELED + 1], struct error *err)
{
    PGresult *result = NULL;
    enum job_state state;
    int rc = jobs_ask(pg_link_of(link), "SELECT state, count(*) FROM casecast.jobs GROUP BY state",
        NULL, 0, &result, err);

    if (rc != 0)
        return rc;
    memset(ret_counts, 0, (JOB_CANCELED + 1) * sizeof *ret_counts);
    for (int i = 0; i < PQntuples(result); i++)
        if (job_state_parse(PQgetvalue(result, i, 0), &state))
            ret_counts[state] = row_number(result, i, 1);
    PQclear(result);
    return 0;
}

static bool lists_have_owner(const PGresult *result)
{
    int i = 0;

    while (i < PQntuples(result) && PQgetisnull(result, i, JOB_COLUMN_OWNER))
        i++;
    return i < PQntuples(result);
}

int pg_live(struct store_link *store_link,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_COLUMNS(
            "CASE state WHEN 'queued' THEN"
            " count(*) FILTER (WHERE state = 'queued') OVER (ORDER BY rank, number)"
            " END") "FROM casecast.jobs WHERE state IN ('queued', 'running')"
                    " ORDER BY state = 'queued', rank, number",
        NULL, 0, &result, err);

    if (rc != 0)
        return rc;
    link->jobs->has_live = PQntuples(result) > 0;
    link->jobs->has_running = lists_have_owner(result);
    return pg_jobs_each_row(link, result, NULL, each, ctx, err);
}
