/* cancel.c - requests to end a job. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

int pg_job_want_cancel(
    struct store_link *link, const char *id, enum job_state *ret_state, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link), "SELECT casecast.job_want_cancel($1)",
        PG_VALUES(pg_text(id)), &result, err);

    if (rc == 0 && !job_state_parse(PQgetvalue(result, 0, 0), ret_state))
        rc = STORE_E_NOT_FOUND;
    PQclear(result);
    return rc;
}

int pg_job_cancel(struct store_link *store_link, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct event_arrays arrays = event_arrays_of(last, n_last);
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT " JOB_ANSWER " FROM casecast.job_cancel($1, $2, $3, $4, $5)",
        PG_VALUES(pg_text(id), pg_number(why), pg_text(arrays.names.data),
            pg_text(arrays.datas.data), pg_text(arrays.onces.data)),
        &result, err);

    event_arrays_free(&arrays);
    if (rc != 0)
        return rc;
    *ret_is_first =
        PQntuples(result) > 0 && strcmp(PQgetvalue(result, 0, JOB_COLUMN_ANSWER), "first") == 0;
    return row_first_job(link, result, ret_job, err);
}
