/* store_owner.c - the side of the process that runs a job: it claims, renews its lease, writes,
 * ends.
 *
 * The fence: every write names the owner, and touches the job only while it runs under that name.
 * A process that slept through its lease finds its job gone (STORE_E_LOST) and can spoil nothing.
 */
#include <assert.h>

#include "base/clock.h"
#include "store/store_private.h"

/* ?1 owner, ?2 now, ?3 lease in ms.  A lease that ends further ahead than any lease can was written
 * before the clock was set back: it counts as lapsed, or its job would wait for hours. */
#define LEASE_IS_GOOD "(leased_until_ms > ?2 AND leased_until_ms <= ?2 + 2 * ?3)"
/* Our own jobs run, whatever the clock says: we are not dead.  (After a long stop of this process
 * the first call may be a claim; taking our own job from ourselves would run it twice.) */
#define RUNS "(state = 'running' AND (owner = ?1 OR " LEASE_IS_GOOD "))"

/* ?4 slots.  A job to cancel needs no slot, its next owner only has to end it; so it goes first.  A
 * job whose key another one still works on (that one was canceled, and asked for again) waits: both
 * write one place. */
static const char next_sql[] =
    "SELECT number FROM casecast_jobs AS mine"
    " WHERE state IN ('queued', 'running') AND NOT " RUNS "  AND (cancel_wanted OR"
    "   ((SELECT count(*) FROM casecast_jobs WHERE " RUNS ") < ?4"
    "    AND NOT EXISTS (SELECT 1 FROM casecast_jobs WHERE kind = mine.kind AND key = mine.key "
    "AND " RUNS ")))"
    " ORDER BY cancel_wanted DESC, number LIMIT 1";

struct claim {
    const char *owner;
    int64_t now, lease_ms;
    int slots;
};

static int find_next(
    struct store *store, const struct claim *claim, int64_t *ret_number, struct error *err)
{
    return query_number(store, next_sql,
        VALUES(value_text(claim->owner), value_number(claim->now), value_number(claim->lease_ms),
            value_number(claim->slots)),
        ret_number, err);
}

static int take_next(
    struct store *store, const struct claim *claim, struct job *ret_job, struct error *err)
{
    int64_t number = 0;
    int answer = find_next(store, claim, &number, err);

    if (answer == 0)
        answer = query_run(store,
            "UPDATE casecast_jobs SET state = 'running', owner = ?1, leased_until_ms = ?2 + ?3,"
            " started_ms = iif(started_ms, started_ms, ?2), deaths = deaths + (state = 'running')"
            " WHERE number = ?4",
            VALUES(value_text(claim->owner), value_number(claim->now),
                value_number(claim->lease_ms), value_number(number)),
            err);
    if (answer == 0)
        answer = job_by_number(store, number, ret_job, err);
    return answer == 0 ? job_load_input(store, ret_job, err) : answer;
}

int store_job_claim(struct store *store, const char *owner, int slots, int64_t lease_ms,
    struct job *ret_job, struct error *err)
{
    struct claim claim = {owner, clock_wall_ms(), lease_ms, slots};
    struct job job = {0};
    int64_t number;
    int answer = find_next(store, &claim, &number, err);

    /* Mostly there is nothing to do, and to know that needs no write lock. */
    if (answer == 0)
        answer = transaction_begin(store, err);
    if (answer != 0)
        return answer;
    claim.now = clock_wall_ms(); /* the lock may have taken a while */
    return job_hand_over(store, take_next(store, &claim, &job, err), &job, ret_job, err);
}

int store_lease_renew(struct store *store, const char *owner, int64_t lease_ms, struct error *err)
{
    return query_run(store,
        "UPDATE casecast_jobs SET leased_until_ms = ?2 WHERE owner = ?1 AND state = 'running'",
        VALUES(value_text(owner), value_number(clock_wall_ms() + lease_ms)), err);
}

int store_lease_release(struct store *store, const char *owner, struct error *err)
{
    return query_run(store,
        "UPDATE casecast_jobs SET state = 'queued', owner = NULL, leased_until_ms = 0"
        " WHERE owner = ?1 AND state = 'running'",
        VALUES(value_text(owner)), err);
}

static int check_fence(struct store *store, const char *id, const char *owner, struct error *err)
{
    int64_t found;
    int answer = query_number(store,
        "SELECT 1 FROM casecast_jobs WHERE id = ?1 AND owner = ?2 AND state = 'running'",
        VALUES(value_text(id), value_text(owner)), &found, err);

    return answer == STORE_E_NOT_FOUND ? STORE_E_LOST : answer;
}

int store_job_append(struct store *store, const char *id, const char *owner,
    const struct job_event *event, struct error *err)
{
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    answer = check_fence(store, id, owner, err);
    if (answer == 0)
        answer = journal_add(store, id, event, 1, err);
    return transaction_end(store, answer, err);
}

int store_job_progress(
    struct store *store, const char *id, const char *owner, const char *progress, struct error *err)
{
    int answer = query_run(store,
        "UPDATE casecast_jobs SET progress = ?3 WHERE id = ?1 AND owner = ?2 AND state = 'running'",
        VALUES(value_text(id), value_text(owner), value_text(progress)), err);

    return answer == 0 && !sqlite3_changes(store->db) ? STORE_E_LOST : answer;
}

int store_job_end(struct store *store, const char *id, const char *owner, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err)
{
    int answer;

    assert(job_state_is_final(state) && job_state_may_go(JOB_RUNNING, state));
    answer = transaction_begin(store, err);
    if (answer < 0)
        return answer;
    answer = check_fence(store, id, owner, err);
    if (answer == 0)
        answer = journal_add(store, id, last, n_last, err);
    if (answer == 0)
        answer = query_run(store,
            "UPDATE casecast_jobs SET state = ?2, ended_ms = ?3, result = ?4, error = ?5,"
            " owner = NULL, leased_until_ms = 0 WHERE id = ?1",
            VALUES(value_text(id), value_text(job_state_name(state)), value_number(clock_wall_ms()),
                value_text(result), value_text(error)),
            err);
    if (answer == 0)
        answer = job_drop_input(store, id, err);
    return transaction_end(store, answer, err);
}
