/* priority.c - another place in the queue; and what a job was to do. */
#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

int pg_job_set_priority(struct store_link *store_link, const char *id, int priority,
    struct job *ret_job, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT " JOB_ANSWER " FROM casecast.job_set_priority($1, $2)",
        PG_VALUES(pg_text(id), pg_number(priority)), &result, err);

    return rc == 0 ? row_first_job(link, result, ret_job, err) : rc;
}

int pg_job_input(struct store_link *link, const char *id, char **ret_input, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link), "SELECT input FROM casecast.inputs WHERE job_id = $1",
        PG_VALUES(pg_text(id)), &result, err);

    if (rc != 0)
        return rc;
    if (PQntuples(result) > 0)
        *ret_input = mem_copy(row_text(result, 0, 0));
    else
        rc = STORE_E_NOT_FOUND;
    PQclear(result);
    return rc;
}
