/* owner.c - the side of the process that runs a job: it claims, writes, ends.
 *
 * The fence: each claim gives the job the next number of its `run`, and every write names the run
 * it belongs to, and the history in which that number was read: after a fail-over that lost a
 * claim, another process may have the same number. */
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

/* All or none. */
static int owner_read_claimed(struct pg_link *link, const PGresult *result, struct job *ret_jobs,
    int *ret_n, struct error *err)
{
    int rc = 0, n = 0;

    while (rc == 0 && n < PQntuples(result)) {
        rc = row_job(link, result, n, &ret_jobs[n], err);
        if (rc == 0)
            ret_jobs[n].input = mem_copy(row_text(result, n, JOB_COLUMN_INPUT));
        n += rc == 0;
    }
    while (rc < 0 && n > 0)
        job_clear(&ret_jobs[--n]);
    *ret_n = n;
    return rc;
}

int pg_job_claim(struct store_link *store_link, struct member *base, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    const struct pg_member *member = member_of(base);
    const char *may_inherit = owner_may_inherit(member) ? "t" : "f";
    PGresult *result = NULL;
    int rc =
        base->job
            ? jobs_ask(link,
                  "SELECT " JOB_ANSWER " FROM casecast.job_claim_this("
                  "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                  PG_VALUES(MEMBER_VALUES(member, base->takes), pg_text(base->job),
                      pg_number(slots), pg_text(may_inherit), pg_text(claim)),
                  &result, err)
            : jobs_ask(link,
                  "SELECT " JOB_ANSWER " FROM casecast.jobs_claim("
                  "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                  PG_VALUES(MEMBER_VALUES(member, base->takes), pg_number(slots),
                      pg_text(may_inherit), pg_text(claim), pg_text(base->limits), pg_number(most)),
                  &result, err);

    if (rc == 0)
        rc = owner_read_claimed(link, result, ret_jobs, ret_n, err);
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

/* What runs write, as the arrays of casecast.runs_write(). */
struct run_arrays {
    struct buf ids, runs, states, results, errors, clear_after;
    struct buf event_ids;
    struct event_arrays events;
};

static void run_arrays_add(struct run_arrays *arrays, const struct run_write *write)
{
    pg_array_add(&arrays->ids, write->job_id);
    pg_array_add(&arrays->runs, pg_number(write->run).number);
    pg_array_add(
        &arrays->states, job_state_is_final(write->end) ? job_state_name(write->end) : NULL);
    pg_array_add(&arrays->results, write->result);
    pg_array_add(&arrays->errors, write->error);
    pg_array_add(&arrays->clear_after,
        write->clear_after_ms ? pg_number(write->clear_after_ms).number : NULL);
    for (int i = 0; i < write->n_events; i++) {
        pg_array_add(&arrays->event_ids, write->job_id);
        event_arrays_add(&arrays->events, &write->events[i]);
    }
}

static void run_arrays_end(struct run_arrays *arrays)
{
    struct buf *all[] = {&arrays->ids, &arrays->runs, &arrays->states, &arrays->results,
        &arrays->errors, &arrays->clear_after, &arrays->event_ids};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pg_array_end(all[i]);
    event_arrays_end(&arrays->events);
}

static void run_arrays_free(struct run_arrays *arrays)
{
    buf_free(&arrays->ids);
    buf_free(&arrays->runs);
    buf_free(&arrays->states);
    buf_free(&arrays->results);
    buf_free(&arrays->errors);
    buf_free(&arrays->clear_after);
    buf_free(&arrays->event_ids);
    event_arrays_free(&arrays->events);
}

int pg_runs_write(struct store_link *store_link, struct run_write *writes, int n, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct run_arrays arrays = {0};
    PGresult *result = NULL;
    int rc;

    for (int i = 0; i < n; i++)
        run_arrays_add(&arrays, &writes[i]);
    run_arrays_end(&arrays);
    rc = owner_ask(link,
        "SELECT answer FROM casecast.runs_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        PG_VALUES(pg_text(link->jobs->mark), pg_text(arrays.ids.data), pg_text(arrays.runs.data),
            pg_text(arrays.states.data), pg_text(arrays.results.data), pg_text(arrays.errors.data),
            pg_text(arrays.clear_after.data), pg_text(arrays.event_ids.data),
            pg_text(arrays.events.names.data), pg_text(arrays.events.datas.data),
            pg_text(arrays.events.onces.data)),
        &result, err);
    for (int i = 0; rc == 0 && i < n; i++)
        writes[i].answer = strcmp(PQgetvalue(result, i, 0), "lost") == 0 ? STORE_E_LOST : 0;
    PQclear(result);
    run_arrays_free(&arrays);
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
