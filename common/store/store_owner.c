/* store_owner.c - the side of the process that runs a job: it claims, writes, ends.
 *
 * The fence: each claim gives the job the next number of its `run`, and every write names the run
 * it belongs to.  A work that slept through its lease finds its job gone (STORE_E_LOST) and can
 * spoil nothing, whether another process has the job now or its own does, by a later claim. */
#include <assert.h>

#include "base/clock.h"
#include "store/store_private.h"

/* ?1 member, ?2 monotonic now, of casecast_jobs.  Our own jobs run, whatever the clock says: we are
 * not dead.  (After a long stop of this process the first call may be a claim; taking our own job
 * from ourselves would run it twice.) */
#define RUNS                                                                                       \
    "(state = 'running' AND (owner = ?1 OR EXISTS (SELECT 1 FROM casecast_members"                 \
    " WHERE name = owner AND leased_until_ms > ?2 AND NOT casecast_is_gone(name))))"

/* ?3 slots, ?4 kinds.  A job to cancel needs no slot and nobody who knows its kind, its next owner
 * only has to end it; so it goes first.  A job whose key another one still works on (that one was
 * canceled, and asked for again) waits: both write one place. */
static const char next_sql[] =
    "SELECT number FROM casecast_jobs AS mine"
    " WHERE state IN ('queued', 'running') AND NOT " RUNS " AND (cancel_wanted OR"
    "   ((?4 IS NULL OR instr(?4, ',' || kind || ','))"
    "    AND (SELECT count(*) FROM casecast_jobs WHERE " RUNS ") < ?3"
    "    AND NOT EXISTS (SELECT 1 FROM casecast_jobs WHERE kind = mine.kind AND key = mine.key "
    "AND " RUNS ")))"
    " ORDER BY cancel_wanted DESC, number LIMIT 1";

static int find_next(struct store *store, const struct member *member, int slots,
    int64_t *ret_number, struct error *err)
{
    return query_number(store, next_sql,
        VALUES(value_text(member->name), value_number(clock_monotonic_ms()), value_number(slots),
            value_text(member->kinds)),
        ret_number, err);
}

/* An owner that is gone though nobody asked it to stop has died of something: perhaps of this job.
 */
static const char take_sql[] =
    "UPDATE casecast_jobs SET state = 'running', owner = ?1, run = run + 1,"
    " started_ms = iif(started_ms, started_ms, ?2),"
    " deaths = deaths + (state = 'running' AND EXISTS (SELECT 1 FROM casecast_members"
    "  WHERE name = owner AND casecast_is_gone(name) AND NOT is_stopping))"
    " WHERE number = ?3";

static int take_next(struct store *store, const struct member *member, int slots,
    struct job *ret_job, struct error *err)
{
    int64_t number = 0;
    int answer = find_next(store, member, slots, &number, err);

    if (answer == 0)
        answer = query_run(store, take_sql,
            VALUES(value_text(member->name), value_number(clock_wall_ms()), value_number(number)),
            err);
    if (answer == 0)
        answer = member_write(store, member, err);
    if (answer == 0)
        answer = member_forget_gone(store, member, err);
    if (answer == 0)
        answer = job_by_number(store, number, ret_job, err);
    return answer == 0 ? job_load_input(store, ret_job, err) : answer;
}

int store_job_claim(
    struct store *store, struct member *member, int slots, struct job *ret_job, struct error *err)
{
    struct job job = {0};
    int64_t number;
    int answer = member_lock(member, err);

    store->member = member;
    /* Mostly there is nothing to do, and to know that needs no write lock. */
    if (answer == 0)
        answer = find_next(store, member, slots, &number, err);
    if (answer == 0)
        answer = transaction_begin(store, err);
    if (answer != 0)
        return answer;
    return job_hand_over(store, take_next(store, member, slots, &job, err), &job, ret_job, err);
}

int store_job_release(struct store *store, const char *id, int64_t run, struct error *err)
{
    return query_run(store,
        "UPDATE casecast_jobs SET state = 'queued', owner = NULL"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), err);
}

int store_job_lease(
    struct store *store, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err)
{
    int answer = query_number(store,
        "SELECT leased_until_ms FROM casecast_jobs JOIN casecast_members ON name = owner"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), ret_until_ms, err);

    return answer == STORE_E_NOT_FOUND ? STORE_E_LOST : answer;
}

static int check_fence(struct store *store, const char *id, int64_t run, struct error *err)
{
    int64_t found;
    int answer = query_number(store,
        "SELECT 1 FROM casecast_jobs WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), &found, err);

    return answer == STORE_E_NOT_FOUND ? STORE_E_LOST : answer;
}

int store_job_append(struct store *store, const char *id, int64_t run,
    const struct job_event *event, struct error *err)
{
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    answer = check_fence(store, id, run, err);
    if (answer == 0)
        answer = journal_add(store, id, event, 1, err);
    return transaction_end(store, answer, err);
}

static int rekey(struct store *store, const char *id, const char *key, struct error *err)
{
    int answer = query_run(store,
        "UPDATE casecast_jobs SET key = ?2 WHERE id = ?1 AND last_seq <= 1 AND NOT EXISTS"
        " (SELECT 1 FROM casecast_jobs AS other WHERE other.id <> casecast_jobs.id AND other.kind "
        "= casecast_jobs.kind"
        "  AND other.key = ?2 AND other.state IN ('queued', 'running', 'done'))",
        VALUES(value_text(id), value_text(key)), err);

    return answer == 0 && !sqlite3_changes(store->db) ? STORE_E_NOT_FOUND : answer;
}

int store_job_rekey(
    struct store *store, const char *id, int64_t run, const char *key, struct error *err)
{
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    answer = check_fence(store, id, run, err);
    if (answer == 0)
        answer = rekey(store, id, key, err);
    return transaction_end(store, answer, err);
}

int store_job_progress(
    struct store *store, const char *id, int64_t run, const char *progress, struct error *err)
{
    int answer = query_run(store,
        "UPDATE casecast_jobs SET progress = ?3 WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run), value_text(progress)), err);

    return answer == 0 && !sqlite3_changes(store->db) ? STORE_E_LOST : answer;
}

static int write_end(struct store *store, const char *id, enum job_state state, const char *result,
    const char *error, const struct job_event *last, int n_last, struct error *err)
{
    int answer = journal_add(store, id, last, n_last, err);

    if (answer == 0)
        answer = query_run(store,
            "UPDATE casecast_jobs SET state = ?2, ended_ms = ?3, result = ?4, error = ?5,"
            " owner = NULL WHERE id = ?1",
            VALUES(value_text(id), value_text(job_state_name(state)), value_number(clock_wall_ms()),
                value_text(result), value_text(error)),
            err);
    return answer == 0 ? job_drop_input(store, id, err) : answer;
}

/* Asked again after an answer that was lost, it has ended so already. */
static int check_end(
    struct store *store, const char *id, int64_t run, enum job_state state, struct error *err)
{
    int64_t found;
    int answer = query_number(store,
        "SELECT 1 FROM casecast_jobs WHERE id = ?1 AND run = ?2 AND state = ?3",
        VALUES(value_text(id), value_number(run), value_text(job_state_name(state))), &found, err);

    return answer == STORE_E_NOT_FOUND ? STORE_E_LOST : answer;
}

int store_job_end(struct store *store, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err)
{
    int answer;

    assert(job_state_is_final(state) && job_state_may_go(JOB_RUNNING, state));
    answer = transaction_begin(store, err);
    if (answer < 0)
        return answer;
    answer = check_fence(store, id, run, err);
    if (answer == 0)
        answer = write_end(store, id, state, result, error, last, n_last, err);
    else if (answer == STORE_E_LOST)
        answer = check_end(store, id, run, state, err);
    return transaction_end(store, answer, err);
}
