/* lists.c - many jobs at once. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

/* Calls one of the two functions for each row, and frees the result. */
static int lists_each_row(struct pg_link *link, PGresult *result,
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
        "SELECT " JOB_COLUMNS "0 FROM casecast.jobs WHERE number IN (SELECT max(number)"
        " FROM casecast.jobs WHERE kind = $1 AND state = 'done' GROUP BY subject)"
        " ORDER BY number DESC",
        PG_VALUES(pg_text(kind)), &result, err);

    return rc == 0 ? lists_each_row(link, result, each, NULL, ctx, err) : rc;
}

/* Of the newest jobs, newest first: the queue ends with them. */
int pg_job_each(struct store_link *store_link, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_COLUMNS "CASE state WHEN 'queued' THEN 1"
        " + (SELECT count(*) FROM casecast.jobs WHERE state = 'queued')"
        " - count(*) FILTER (WHERE state = 'queued') OVER (ORDER BY number DESC) END"
        " FROM (SELECT * FROM casecast.jobs ORDER BY number DESC LIMIT $1) AS newest"
        " ORDER BY number DESC",
        PG_VALUES(pg_number(most)), &result, err);

    return rc == 0 ? lists_each_row(link, result, each, NULL, ctx, err) : rc;
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
        "SELECT " JOB_COLUMNS "CASE state WHEN 'queued' THEN"
        " count(*) FILTER (WHERE state = 'queued') OVER (ORDER BY number) END"
        " FROM casecast.jobs WHERE state IN ('queued', 'running') ORDER BY number",
        NULL, 0, &result, err);

    if (rc != 0)
        return rc;
    link->jobs->has_running = lists_have_owner(result);
    return lists_each_row(link, result, NULL, each, ctx, err);
}
