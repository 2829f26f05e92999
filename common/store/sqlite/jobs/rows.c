/* rows.c - a row of casecast_jobs as a struct job. */
#include <stdio.h>

#include "store/sqlite/jobs/jobs_private.h"

static void rows_copy_text(sqlite3_stmt *row, int column, char *ret_text, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    snprintf(ret_text, size, "%s", text ? text : "");
}

int job_read(struct database *db, sqlite3_stmt *row, struct job *ret_job, struct error *err)
{
    const char *state = (const char *)sqlite3_column_text(row, 4);
    struct job job = {0};

    rows_copy_text(row, 0, job.id, sizeof job.id);
    rows_copy_text(row, 1, job.kind, sizeof job.kind);
    rows_copy_text(row, 2, job.subject, sizeof job.subject);
    rows_copy_text(row, 3, job.key, sizeof job.key);
    if (!state || !job_state_parse(state, &job.state))
        return database_refuse_as(err, "the job has a state that this version does not know",
            error_set(err, ERR_INPUT, "%s: job %s has a state that this version does not know",
                db->path, job.id));
    job.cancel_wanted = sqlite3_column_int(row, 5) != 0;
    job.is_left = sqlite3_column_int(row, 5) == CANCEL_LEFT;
    job.last_seq = (uint64_t)sqlite3_column_int64(row, 6);
    job.created_ms = sqlite3_column_int64(row, 7);
    job.started_ms = sqlite3_column_int64(row, 8);
    job.ended_ms = sqlite3_column_int64(row, 9);
    job.deaths = sqlite3_column_int(row, 10);
    job.progress = column_copy(row, 11);
    job.result = column_copy(row, 12);
    job.error = column_copy(row, 13);
    if (job.state == JOB_QUEUED)
        job.position = sqlite3_column_int(row, 14);
    job.watched_ms = sqlite3_column_int64(row, JOB_COLUMN_WATCHED);
    job.run = sqlite3_column_int64(row, JOB_COLUMN_RUN);
    job.number = sqlite3_column_int64(row, JOB_COLUMN_NUMBER);
    job_traceparent_read(
        column_text(row, JOB_COLUMN_TRACEPARENT) ? column_text(row, JOB_COLUMN_TRACEPARENT) : "",
        job.traceparent);
    job.metadata = column_copy(row, JOB_COLUMN_METADATA);
    job.priority = JOB_PRIORITY_MAX - sqlite3_column_int(row, JOB_COLUMN_RANK);
    *ret_job = job;
    return 0;
}

int job_read_one(struct database *db, sqlite3_stmt *row, struct job *ret_job, struct error *err)
{
    int rc = query_row(db, row, err);

    if (rc != QUERY_ROW)
        return rc < 0 ? rc : STORE_E_NOT_FOUND;
    rc = job_read(db, row, ret_job, err);
    query_end(row);
    return rc;
}

int job_by_id(struct database *db, const char *id, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, "SELECT " JOB_COLUMNS(POSITION) "FROM casecast_jobs WHERE id = ?1",
        VALUES(value_text(id)), &row, err);

    return rc == 0 ? job_read_one(db, row, ret_job, err) : rc;
}

int job_by_number(struct database *db, int64_t number, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, "SELECT " JOB_COLUMNS(POSITION) "FROM casecast_jobs WHERE number = ?1",
        VALUES(value_number(number)), &row, err);

    return rc == 0 ? job_read_one(db, row, ret_job, err) : rc;
}

/* "" if the input was deleted: a work relies on having one. */
int job_load_input(struct database *db, struct job *job, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT coalesce((SELECT input FROM casecast_inputs WHERE job_id = ?1), '')",
        VALUES(value_text(job->id)), &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc;
    job->input = column_copy(row, 0);
    query_end(row);
    return 0;
}

int job_drop_input(struct database *db, const char *id, struct error *err)
{
    return query_run(
        db, "DELETE FROM casecast_inputs WHERE job_id = ?1", VALUES(value_text(id)), err);
}

int job_drop_long_input(struct database *db, const char *id, struct error *err)
{
    return query_run(db,
        "DELETE FROM casecast_inputs WHERE job_id = ?1 AND length(CAST(input AS BLOB)) > ?2",
        VALUES(value_text(id), value_number(STORE_INPUT_KEPT)), err);
}

int sqlite_job_input(struct store_link *link, const char *id, char **ret_input, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int rc = query_start(db, "SELECT input FROM casecast_inputs WHERE job_id = ?1",
        VALUES(value_text(id)), &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc < 0 ? rc : STORE_E_NOT_FOUND;
    *ret_input = column_copy(row, 0);
    query_end(row);
    return 0;
}

int job_hand_over(
    struct database *db, int rc, struct job *job, struct job *ret_job, struct error *err)
{
    rc = transaction_end(db, rc, err);
    if (rc == 0)
        *ret_job = *job;
    else
        job_clear(job);
    return rc;
}
