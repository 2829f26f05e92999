/* audience.c - who watches a job, in all processes: a row for each process that has viewers of it.
 */
#include "store/engine/watchers.h"
#include "store/postgres/jobs/jobs_private.h"

int pg_audiences_write(struct store_link *link, struct member *base,
    const struct audience *audiences, size_t n, struct error *err)
{
    const struct pg_member *member = member_of(base);
    struct buf ids = {0}, counts = {0}, whos = {0};
    int rc;

    for (size_t i = 0; i < n; i++) {
        pg_array_add(&ids, audiences[i].job_id);
        pg_array_add(&counts, pg_number(audiences[i].n).number);
        pg_array_add(&whos, audiences[i].who);
    }
    pg_array_end(&ids);
    pg_array_end(&counts);
    pg_array_end(&whos);
    rc = jobs_do(pg_link_of(link),
        "SELECT casecast.audiences_write($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        PG_VALUES(MEMBER_VALUES(member, base->able), pg_text(ids.data), pg_text(counts.data),
            pg_text(whos.data)),
        err);
    buf_free(&ids);
    buf_free(&counts);
    buf_free(&whos);
    return rc;
}

int pg_audience_others(struct store_link *link, const char *id, const char *watcher,
    int *ret_others, struct error *err)
{
    struct watchers watchers = {0};
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT n, who FROM casecast.audiences, casecast.now_ms() AS now"
        " WHERE job_id = $1 AND casecast.lives(member, now)",
        PG_VALUES(pg_text(id)), &result, err);

    if (rc != 0)
        return rc;
    for (int i = 0; i < PQntuples(result); i++)
        watchers_add(&watchers, (int)row_number(result, i, 0), row_text(result, i, 1), watcher);
    PQclear(result);
    *ret_others = watchers_others(&watchers, watcher);
    return 0;
}

int pg_audience_each(struct store_link *link, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT j.id, j.kind, j.subject, sum(n), (sum(sum(n)) OVER ())::bigint"
        " FROM casecast.audiences a JOIN casecast.jobs j ON j.id = a.job_id,"
        "  casecast.now_ms() AS now"
        " WHERE j.state IN ('queued', 'running') AND casecast.lives(a.member, now)"
        " GROUP BY j.id, j.kind, j.subject ORDER BY sum(n) DESC, j.id LIMIT $1",
        PG_VALUES(pg_number(most)), &result, err);

    if (rc != 0)
        return rc;
    for (int i = 0; i < PQntuples(result); i++)
        each(ctx, &(struct audience_row){.job_id = row_text(result, i, 0),
                      .kind = row_text(result, i, 1),
                      .subject = row_text(result, i, 2),
                      .n = row_number(result, i, 3),
                      .all = row_number(result, i, 4)});
    PQclear(result);
    return 0;
}

int pg_jobs_watched(
    struct store_link *link, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms, struct error *err)
{
    struct buf array = {0};
    int rc;

    for (size_t i = 0; i < n; i++)
        pg_array_add(&array, ids[i]);
    pg_array_end(&array);
    rc = jobs_do(pg_link_of(link), "SELECT casecast.jobs_watched($1, $2)",
        PG_VALUES(pg_text(array.data), pg_number(fresh_ms)), err);
    buf_free(&array);
    return rc;
}
