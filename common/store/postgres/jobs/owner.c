/* owner.c - the side of the process that runs a job: it claims, writes, ends.
 *
 * The fence: each claim gives the job the next number of its `run`, and every write names the run
 * it belongs to, and the history in which that number was read: after a fail-over that lost a
 * claim, another process may have the same number. */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

/* While the database was away nobody could renew its lease.  So after this process lost it, or
 * began, the others have the time of a lease to do so before their jobs are taken over. */
static bool owner_may_inherit(const struct pg_member *member)
{
    int64_t lost_ms = jobs_lost_ms(), began_ms = member->member.began_ms;
    int64_t since_ms = lost_ms > began_ms ? lost_ms : began_ms;

    return !since_ms || clock_monotonic_ms() - since_ms > member->info.lease_ms;
}

int pg_job_claim(struct store_link *store_link, struct member *base, int slots, const char *claim,
    struct job *ret_job, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    const struct pg_member *member = member_of(base);
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_ANSWER " FROM casecast.job_claim("
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        PG_VALUES(MEMBER_VALUES(member, base->takes), pg_number(slots),
            pg_text(owner_may_inherit(member) ? "t" : "f"), pg_text(claim), pg_text(base->limits)),
        &result, err);

    if (rc != 0)
        return rc;
    rc = STORE_E_NOT_FOUND;
    if (PQntuples(result) > 0)
        rc = row_job(link, result, 0, ret_job, err);
    if (rc == 0)
        ret_job->input = mem_copy(row_text(result, 0, JOB_COLUMN_INPUT));
    PQclear(result);
    return rc;
}

/* --- writes of a run --- */

/* The first three values of each: the history, the job, the run. */
#define RUN_VALUES(link, id, run) pg_text((link)->jobs->mark), pg_text(id), pg_number(run)

/* A link that never was connected knows no history yet. */
static int owner_ask(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err)
{
    int rc = *link->jobs->mark ? 0 : pg_link_connect(link, err);

    return rc == 0 ? jobs_ask(link, sql, values, n, ret_result, err) : rc;
}

/* The same; the answer of the function is 'done', 'lost' or 'taken'. */
static int owner_write(
    struct pg_link *link, const char *sql, const struct pg_value *values, int n, struct error *err)
{
    PGresult *result = NULL;
    int rc = owner_ask(link, sql, values, n, &result, err);

    if (rc == 0 && strcmp(PQgetvalue(result, 0, 0), "lost") == 0)
        rc = STORE_E_LOST;
    else if (rc == 0 && strcmp(PQgetvalue(result, 0, 0), "taken") == 0)
        rc = STORE_E_NOT_FOUND;
    PQclear(result);
    return rc;
}

int pg_job_release(struct store_link *store_link, const char *id, int64_t run, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);

    return owner_write(
        link, "SELECT casecast.job_release($1, $2, $3)", PG_VALUES(RUN_VALUES(link, id, run)), err);
}

/* The time that is left is counted from before the call. */
int pg_job_lease(struct store_link *store_link, const char *id, int64_t run, int64_t *ret_until_ms,
    struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    int64_t began_ms = clock_monotonic_ms();
    PGresult *result = NULL;
    int rc = owner_ask(link, "SELECT casecast.job_lease($1, $2, $3)",
        PG_VALUES(RUN_VALUES(link, id, run)), &result, err);

    if (rc == 0 && PQgetisnull(result, 0, 0))
        rc = STORE_E_LOST;
    else if (rc == 0)
        *ret_until_ms = began_ms + row_number(result, 0, 0);
    PQclear(result);
    return rc;
}

int pg_job_append(struct store_link *store_link, const char *id, int64_t run,
    const struct job_event *events, int n, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct event_arrays arrays = event_arrays_of(events, n);
    int rc = owner_write(link, "SELECT casecast.job_append($1, $2, $3, $4, $5, $6)",
        PG_VALUES(RUN_VALUES(link, id, run), pg_text(arrays.names.data), pg_text(arrays.datas.data),
            pg_text(arrays.onces.data)),
        err);

    event_arrays_free(&arrays);
    return rc;
}

int pg_job_rekey(
    struct store_link *store_link, const char *id, int64_t run, const char *key, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);

    return owner_write(link, "SELECT casecast.job_rekey($1, $2, $3, $4)",
        PG_VALUES(RUN_VALUES(link, id, run), pg_text(key)), err);
}

int pg_job_progress(struct store_link *store_link, const char *id, int64_t run,
    const char *progress, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);

    return owner_write(link, "SELECT casecast.job_progress($1, $2, $3, $4)",
        PG_VALUES(RUN_VALUES(link, id, run), pg_text(progress)), err);
}

int pg_job_end(struct store_link *store_link, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct event_arrays arrays = event_arrays_of(last, n_last);
    int rc;

    assert(job_state_is_final(state) && job_state_may_go(JOB_RUNNING, state));
    rc = owner_write(link, "SELECT casecast.job_end($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        PG_VALUES(RUN_VALUES(link, id, run), pg_text(job_state_name(state)), pg_text(result),
            pg_text(error), pg_text(arrays.names.data), pg_text(arrays.datas.data),
            pg_text(arrays.onces.data)),
        err);
    event_arrays_free(&arrays);
    return rc;
}
