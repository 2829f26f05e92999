/* publish.c - what a publisher says of its job, which no member runs. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

/* The answer of the function, and the job beside it. */
static int publish_read(
    struct pg_link *link, PGresult *result, struct job *ret_job, struct error *err)
{
    const char *answer =
        PQntuples(result) > 0 ? PQgetvalue(result, 0, JOB_COLUMN_ANSWER) : "no such job";
    int rc = strcmp(answer, "done") == 0   ? 0
             : strcmp(answer, "lost") == 0 ? STORE_E_LOST
             : strcmp(answer, "full") == 0 ? STORE_E_FULL
                                           : STORE_E_NOT_FOUND;

    if (rc == 0 || rc == STORE_E_LOST) {
        int read = row_job(link, result, 0, ret_job, err);

        rc = read < 0 ? read : rc;
    }
    PQclear(result);
    return rc;
}

int pg_job_publish(struct store_link *store_link, const struct job_publication *publication,
    struct job *ret_job, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct event_arrays said = event_arrays_of(publication->events, publication->n_events);
    struct event_arrays last = event_arrays_of(publication->last, publication->n_last);
    const char *mark = link->jobs->mark;
    const char *state =
        job_state_is_final(publication->end) ? job_state_name(publication->end) : NULL;
    PGresult *result = NULL;
    int rc = jobs_ask(link,
        "SELECT " JOB_ANSWER " FROM casecast.job_publish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14)",
        PG_VALUES(pg_text(*mark ? mark : NULL), pg_text(publication->job_id),
            pg_number(publication->run), pg_text(publication->progress), pg_text(said.names.data),
            pg_text(said.datas.data), pg_text(said.onces.data), pg_number(publication->most),
            pg_text(state), pg_text(publication->result), pg_text(publication->error),
            pg_text(last.names.data), pg_text(last.datas.data), pg_text(last.onces.data)),
        &result, err);

    event_arrays_free(&said);
    event_arrays_free(&last);
    return rc == 0 ? publish_read(link, result, ret_job, err) : rc;
}
