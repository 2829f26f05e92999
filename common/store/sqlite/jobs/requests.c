/* requests.c - requests that have a name, and the job that each of them got. */
#include <string.h>

#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

/* A done job whose files are gone is no answer any more. */
static int request_read(struct database *db, const struct job_request *request,
    char ret_job_id[static JOB_ID_LEN + 1], struct error *err)
{
    sqlite3_stmt *row;
    bool is_same;
    int rc = query_start(db,
        "SELECT job_id, body = ?2 FROM casecast_requests JOIN casecast_jobs ON id = job_id"
        " WHERE name = ?1 AND abs(?3 - made_ms) < ?4 AND NOT (state = 'done' AND number <= ?5)",
        VALUES(value_text(request->request_name), value_text(request->request_body),
            value_number(clock_wall_ms()), value_number(STORE_REQUEST_MS),
            value_number(request->gone)),
        &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc < 0 ? rc : STORE_E_NOT_FOUND;
    snprintf(ret_job_id, JOB_ID_LEN + 1, "%s", column_text(row, 0));
    is_same = sqlite3_column_int(row, 1);
    query_end(row);
    return is_same ? 0 : STORE_E_REUSED;
}

int request_find(
    struct database *db, const struct job_request *request, struct job *ret_job, struct error *err)
{
    char job_id[JOB_ID_LEN + 1];
    int rc = STORE_E_NOT_FOUND;

    if (request->request_name)
        rc = request_read(db, request, job_id, err);
    return rc == 0 ? job_by_id(db, job_id, ret_job, err) : rc;
}

int request_note(
    struct database *db, const struct job_request *request, const char *job_id, struct error *err)
{
    int64_t now = clock_wall_ms();
    int rc;

    if (!request->request_name)
        return 0;
    rc = query_run(db, "DELETE FROM casecast_requests WHERE made_ms < ?1 - ?2 OR made_ms > ?1 + ?2",
        VALUES(value_number(now), value_number(STORE_REQUEST_MS)), err);
    if (rc == 0)
        rc = query_run(db,
            "INSERT OR REPLACE INTO casecast_requests(name, body, job_id, made_ms)"
            " VALUES (?1, ?2, ?3, ?4)",
            VALUES(value_text(request->request_name), value_text(request->request_body),
                value_text(job_id), value_number(now)),
            err);
    return rc;
}
