/* priority.c - another place in the queue. */
#include "store/sqlite/jobs/jobs_private.h"

int sqlite_job_set_priority(
    struct store_link *link, const char *id, int priority, struct job *ret_job, struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = query_run(db, "UPDATE casecast_jobs SET rank = 9 - ?2 WHERE id = ?1 AND state = 'queued'",
        VALUES(value_text(id), value_number(priority)), err);
    if (rc == 0)
        rc = job_by_id(db, id, &job, err);
    return job_hand_over(db, rc, &job, ret_job, err);
}
