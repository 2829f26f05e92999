/* write.c - what the owner of a job's run writes: events, the end, its progress, another key. */
#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

static int write_check_fence(struct database *db, const char *id, int64_t run, struct error *err)
{
    int64_t found;
    int rc = query_number(db,
        "SELECT 1 FROM casecast_jobs WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), &found, err);

    return rc == STORE_E_NOT_FOUND ? STORE_E_LOST : rc;
}

int job_write_end(struct database *db, const char *id, enum job_state state, const char *result,
    const char *error, const struct job_event *last, int n_last, struct error *err)
{
    int rc = journal_add(db, id, last, n_last, err);

    if (rc == 0)
        rc = query_run(db,
            "UPDATE casecast_jobs SET state = ?2, ended_ms = ?3, asked_ms = ?3, result = ?4,"
            "  error = ?5"
            " WHERE id = ?1",
            VALUES(value_text(id), value_text(job_state_name(state)), value_number(clock_wall_ms()),
                value_text(result), value_text(error)),
            err);
    if (rc == 0)
        rc = state == JOB_FAILED ? job_drop_long_input(db, id, err) : job_drop_input(db, id, err);
    return rc;
}

/* The same call made again: did this run end the job in this state? */
static int write_check_end(
    struct database *db, const char *id, int64_t run, enum job_state state, struct error *err)
{
    int64_t found;
    int rc = query_number(db,
        "SELECT 1 FROM casecast_jobs WHERE id = ?1 AND run = ?2 AND state = ?3",
        VALUES(value_text(id), value_number(run), value_text(job_state_name(state))), &found, err);

    return rc == STORE_E_NOT_FOUND ? STORE_E_LOST : rc;
}

static int write_end(struct database *db, const struct run_write *write, struct error *err)
{
    int rc = job_write_end(db, write->job_id, write->end, write->result, write->error,
        write->events, write->n_events, err);

    if (rc < 0 || !write->clear_after_ms)
        return rc;
    return query_run(db, "UPDATE casecast_jobs SET clear_ms = ended_ms + ?2 WHERE id = ?1",
        VALUES(value_text(write->job_id), value_number(write->clear_after_ms)), err);
}

static int write_one(struct database *db, const struct run_write *write, struct error *err)
{
    bool is_end = job_state_is_final(write->end);
    int rc = write_check_fence(db, write->job_id, write->run, err);

    if (rc == STORE_E_LOST && is_end)
        return write_check_end(db, write->job_id, write->run, write->end, err);
    if (rc == 0 && is_end)
        return write_end(db, write, err);
    return rc == 0 ? journal_add(db, write->job_id, write->events, write->n_events, err) : rc;
}

int sqlite_runs_write(struct store_link *link, struct run_write *writes, int n, struct error *err)
{
    struct database *db = database_of(link);
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    for (int i = 0; rc == 0 && i < n; i++) {
        writes[i].answer = write_one(db, &writes[i], err);
        rc = writes[i].answer < 0 ? writes[i].answer : 0;
    }
    return transaction_end(db, rc, err);
}

static int write_rekey(struct database *db, const char *id, const char *key, struct error *err)
{
    int rc = query_run(db,
        "UPDATE casecast_jobs SET key = ?2 WHERE id = ?1 AND last_seq <= 1 AND NOT EXISTS"
        " (SELECT 1 FROM casecast_jobs AS other WHERE other.id <> casecast_jobs.id AND other.kind "
        "= casecast_jobs.kind"
        "  AND other.key = ?2 AND other.state IN ('queued', 'running', 'done'))",
        VALUES(value_text(id), value_text(key)), err);

    return rc == 0 && !sqlite3_changes(db->handle) ? STORE_E_NOT_FOUND : rc;
}

int sqlite_job_rekey(
    struct store_link *link, const char *id, int64_t run, const char *key, struct error *err)
{
    struct database *db = database_of(link);
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = write_check_fence(db, id, run, err);
    if (rc == 0)
        rc = write_rekey(db, id, key, err);
    return transaction_end(db, rc, err);
}

int sqlite_job_progress(
    struct store_link *link, const char *id, int64_t run, const char *progress, struct error *err)
{
    struct database *db = database_of(link);
    int rc = query_run(db,
        "UPDATE casecast_jobs SET progress = ?3 WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run), value_text(progress)), err);

    return rc == 0 && !sqlite3_changes(db->handle) ? STORE_E_LOST : rc;
}
