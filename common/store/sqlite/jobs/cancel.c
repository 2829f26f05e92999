/* cancel.c - requests to end a job. */
#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

static int cancel_job(struct database *db, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, bool *ret_is_first, struct error *err)
{
    int rc;

    rc = query_run(db,
        "UPDATE casecast_jobs SET state = 'canceled', cancel_wanted = ?3, ended_ms = ?2,"
        "  asked_ms = ?2"
        " WHERE id = ?1 AND state = 'queued'",
        VALUES(value_text(id), value_number(clock_wall_ms()), value_number(why)), err);
    *ret_is_first = rc == 0 && sqlite3_changes(db->handle);
    if (rc < 0)
        return rc;
    if (*ret_is_first) {
        rc = job_drop_input(db, id, err);
        return rc == 0 ? journal_add(db, id, last, n_last, err) : rc;
    }
    rc = query_run(db,
        "UPDATE casecast_jobs SET cancel_wanted = ?2"
        " WHERE id = ?1 AND state = 'running' AND NOT cancel_wanted",
        VALUES(value_text(id), value_number(why)), err);
    *ret_is_first = rc == 0 && sqlite3_changes(db->handle);
    return rc;
}

int sqlite_job_want_cancel(
    struct store_link *link, const char *id, enum job_state *ret_state, struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    int rc = query_run(db,
        "UPDATE casecast_jobs SET cancel_wanted = ?2"
        " WHERE id = ?1 AND state IN ('queued', 'running')",
        VALUES(value_text(id), value_number(CANCEL_ASKED)), err);

    if (rc == 0)
        rc = job_by_id(db, id, &job, err);
    if (rc == 0)
        *ret_state = job.state;
    job_clear(&job);
    return rc;
}

int sqlite_job_cancel(struct store_link *link, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = cancel_job(db, id, why, last, n_last, ret_is_first, err);
    if (rc == 0)
        rc = job_by_id(db, id, &job, err);
    return job_hand_over(db, rc, &job, ret_job, err);
}
