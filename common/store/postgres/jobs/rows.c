/* rows.c - a row of casecast.job_rows as a struct job, and one of casecast.events as an event. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

const char *row_text(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

int64_t row_number(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static void row_copy_text(const PGresult *result, int row, int column, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%s", PQgetvalue(result, row, column));
}

int row_job(
    struct pg_link *link, const PGresult *result, int row, struct job *ret_job, struct error *err)
{
    struct job job = {.number = row_number(result, row, 0)};

    row_copy_text(result, row, 1, job.id, sizeof job.id);
    row_copy_text(result, row, 2, job.kind, sizeof job.kind);
    row_copy_text(result, row, 3, job.subject, sizeof job.subject);
    row_copy_text(result, row, 4, job.key, sizeof job.key);
    if (!job_state_parse(PQgetvalue(result, row, 5), &job.state))
        return error_set(err, ERR_INPUT, "%s: job %s has a state that this version does not know",
            link->name, job.id);
    job.cancel_wanted = row_number(result, row, 6) != 0;
    job.is_left = row_number(result, row, 6) == CANCEL_LEFT;
    job.last_seq = (uint64_t)row_number(result, row, 7);
    job.created_ms = row_number(result, row, 8);
    job.started_ms = row_number(result, row, 9);
    job.ended_ms = row_number(result, row, 10);
    job.deaths = (int)row_number(result, row, 11);
    job.progress = mem_copy(row_text(result, row, 12));
    job.result = mem_copy(row_text(result, row, 13));
    job.error = mem_copy(row_text(result, row, 14));
    job.watched_ms = row_number(result, row, 16);
    job.run = row_number(result, row, 17);
    job.position = (int)row_number(result, row, 18);
    job_traceparent_read(PQgetvalue(result, row, JOB_COLUMN_TRACEPARENT), job.traceparent);
    job.priority = (int)row_number(result, row, JOB_COLUMN_PRIORITY);
    job.metadata = mem_copy(row_text(result, row, JOB_COLUMN_METADATA));
    *ret_job = job;
    return 0;
}

int row_first_job(struct pg_link *link, PGresult *result, struct job *ret_job, struct error *err)
{
    int rc = STORE_E_NOT_FOUND;

    if (PQntuples(result) > 0)
        rc = row_job(link, result, 0, ret_job, err);
    PQclear(result);
    return rc;
}

struct job_event row_event(const PGresult *result, int row, int first)
{
    return (struct job_event){.seq = (uint64_t)row_number(result, row, first),
        .name = row_text(result, row, first + 1),
        .data = row_text(result, row, first + 2),
        .once = row_text(result, row, first + 3),
        .is_final = *PQgetvalue(result, row, first + 4) == 't'};
}
