/* forget.c - ended jobs: when they were asked for last, and their deletion. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

int pg_job_asked(struct store_link *link, const char *id, int64_t fresh_ms, struct error *err)
{
    return jobs_do(pg_link_of(link), "SELECT casecast.job_asked($1, $2)",
        PG_VALUES(pg_text(id), pg_number(fresh_ms)), err);
}

int pg_job_each_old(struct store_link *store_link, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_COLUMNS("0") "FROM casecast.jobs"
                                   " WHERE asked_ms <= greatest(casecast.now_ms() - $1, 0) ORDER "
                                   "BY asked_ms, number LIMIT $2",
        PG_VALUES(pg_number(age_ms), pg_number(most)), &result, err);

    return rc == 0 ? pg_jobs_each_row(link, result, each, NULL, ctx, err) : rc;
}

int pg_job_each_to_clear(struct store_link *store_link,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_COLUMNS("0") "FROM casecast.jobs WHERE clear_ms <= casecast.now_ms()"
                                   " ORDER BY clear_ms, number",
        NULL, 0, &result, err);

    return rc == 0 ? pg_jobs_each_row(link, result, each, NULL, ctx, err) : rc;
}

int pg_job_was_cleared(struct store_link *link, const char *id, struct error *err)
{
    return jobs_do(
        pg_link_of(link), "SELECT casecast.job_was_cleared($1)", PG_VALUES(pg_text(id)), err);
}

int pg_job_shares_key(struct store_link *link, const char *id, bool *ret_shares, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT EXISTS (SELECT 1 FROM casecast.jobs o WHERE o.kind = mine.kind"
        "  AND o.key = mine.key AND o.id <> mine.id AND (o.state IN ('queued', 'running')"
        "  OR o.state = 'done' AND o.number > mine.number))"
        " FROM casecast.jobs mine WHERE id = $1",
        PG_VALUES(pg_text(id)), &result, err);

    if (rc == 0 && PQntuples(result) == 0)
        rc = STORE_E_NOT_FOUND;
    *ret_shares = rc == 0 && *PQgetvalue(result, 0, 0) == 't';
    PQclear(result);
    return rc;
}

static int forget_ask(struct store_link *link, const char *sql, const char *id, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link), sql, PG_VALUES(pg_text(id)), &result, err);

    if (rc == 0 && PQgetisnull(result, 0, 0))
        rc = STORE_E_NOT_FOUND;
    else if (rc == 0 && strcmp(PQgetvalue(result, 0, 0), "live") == 0)
        rc = STORE_E_LIVE;
    PQclear(result);
    return rc;
}

int pg_job_want_forget(struct store_link *link, const char *id, struct error *err)
{
    return forget_ask(link, "SELECT casecast.job_want_forget($1)", id, err);
}

int pg_job_forget(struct store_link *link, const char *id, struct error *err)
{
    return forget_ask(link, "SELECT casecast.job_forget($1)", id, err);
}
