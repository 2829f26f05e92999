/* publish.c - what a publisher says of its job, which no member runs. */
#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

/* The job is the publisher's, or nobody's yet. */
static int publish_take(
    struct database *db, const struct job_publication *publication, struct error *err)
{
    int rc = query_run(db,
        "UPDATE casecast_jobs SET state = 'running', owner = '" STORE_PUBLISHER "', run = run + 1,"
        "  started_ms = iif(started_ms, started_ms, ?3), progress = ifnull(?4, progress)"
        " WHERE id = ?1 AND NOT cancel_wanted AND (?2 < 0 OR run = ?2)"
        " AND (state = 'queued' OR state = 'running' AND owner = '" STORE_PUBLISHER "')",
        VALUES(value_text(publication->job_id), value_number(publication->run),
            value_number(clock_wall_ms()), value_text(publication->progress)),
        err);

    return rc == 0 && !sqlite3_changes(db->handle) ? STORE_E_LOST : rc;
}

static int publish_check_room(
    struct database *db, const struct job_publication *publication, struct error *err)
{
    int64_t n = 0;
    int rc = query_number(db, "SELECT last_seq FROM casecast_jobs WHERE id = ?1",
        VALUES(value_text(publication->job_id)), &n, err);

    return rc == 0 && n > publication->most ? STORE_E_FULL : rc;
}

static int publish_write(
    struct database *db, const struct job_publication *publication, struct error *err)
{
    int rc = publish_take(db, publication, err);

    if (rc == 0 && publication->n_events) {
        rc = journal_add(db, publication->job_id, publication->events, publication->n_events, err);
        if (rc == 0)
            rc = publish_check_room(db, publication, err);
    }
    if (rc == 0 && job_state_is_final(publication->end))
        rc = job_write_end(db, publication->job_id, publication->end, publication->result,
            publication->error, publication->last, publication->n_last, err);
    return rc;
}

int sqlite_job_publish(struct store_link *link, const struct job_publication *publication,
    struct job *ret_job, struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    int rc = transaction_begin(db, err), found;

    if (rc < 0)
        return rc;
    rc = publish_write(db, publication, err);
    if (rc == 0)
        rc = job_by_id(db, publication->job_id, &job, err);
    rc = job_hand_over(db, rc, &job, ret_job, err);
    if (rc != STORE_E_LOST)
        return rc;
    found = job_by_id(db, publication->job_id, ret_job, err);
    return found == 0 ? STORE_E_LOST : found;
}
