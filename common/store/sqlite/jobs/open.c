/* open.c - create or attach. */
#include <string.h>

#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

int sqlite_job_get(struct store_link *link, const char *id, struct job *ret_job, struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    int rc = transaction_begin_read(db, err);

    if (rc < 0)
        return rc;
    return job_hand_over(db, job_by_id(db, id, &job, err), &job, ret_job, err);
}

/* A job that failed, was canceled or is to be canceled is found only for a caller that must not
 * begin it anew (hold_ms).  A job that was canceled because its last viewer left is never found: a
 * viewer who comes back wants it made. */
#define IS_HELD                                                                                    \
    "number = (SELECT max(number) FROM casecast_jobs WHERE kind = ?1 AND key = ?2)"                \
    " AND CASE state WHEN 'failed' THEN 1 ELSE cancel_wanted <> ?7 END"                            \
    " AND (CASE WHEN state IN ('queued', 'running') THEN ?4 > 0 ELSE abs(?3 - ended_ms) < ?4 END"  \
    "  OR EXISTS (SELECT 1 FROM casecast_told"                                                     \
    "   WHERE job_id = id AND viewer = ?5 AND abs(?3 - told_ms) < ?6))"

static int open_find(
    struct database *db, const struct job_request *request, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db,
        "SELECT " JOB_COLUMNS(
            POSITION) "FROM casecast_jobs WHERE kind = ?1 AND key = ?2 AND"
                      " ((state IN ('queued', 'running') AND NOT cancel_wanted)"
                      "  OR (state = 'done' AND number > ?8) OR (" IS_HELD "))"
                      " ORDER BY CASE state WHEN 'done' THEN 2 WHEN 'failed' THEN 3"
                      " WHEN 'canceled' THEN 3 ELSE 1 END, number DESC LIMIT 1",
        VALUES(value_text(request->kind), value_text(request->key), value_number(clock_wall_ms()),
            value_number(request->hold_ms), value_text(request->viewer),
            value_number(request->told_hold_ms), value_number(CANCEL_LEFT),
            value_number(request->gone)),
        &row, err);

    return rc == 0 ? job_read_one(db, row, ret_job, err) : rc;
}

/* `refusal` if the query counts as many jobs as may be. */
static int open_check_number(struct database *db, const char *sql, const struct value *values,
    int most, int refusal, struct error *err)
{
    int64_t n_queued = 0;
    int rc = query_number(db, sql, values, &n_queued, err);

    return rc == 0 && n_queued >= most ? refusal : rc;
}

static int open_check_room(
    struct database *db, const struct job_request *request, struct error *err)
{
    int rc = open_check_number(db, "SELECT count(*) FROM casecast_jobs WHERE state = 'queued'",
        NULL, request->max_queued, STORE_E_FULL, err);

    if (rc == 0 && request->max_queued_kind)
        rc = open_check_number(db,
            "SELECT count(*) FROM casecast_jobs WHERE state = 'queued' AND kind = ?1",
            VALUES(value_text(request->kind)), request->max_queued_kind, STORE_E_FULL_KIND, err);
    if (rc == 0 && request->max_queued_client)
        rc = open_check_number(db,
            "SELECT count(*) FROM casecast_jobs WHERE state = 'queued' AND client = ?1",
            VALUES(value_text(request->client)), request->max_queued_client, STORE_E_FULL_CLIENT,
            err);
    return rc;
}

static int open_insert(struct database *db, const struct job_request *request, struct error *err)
{
    int rc = open_check_room(db, request, err);

    if (rc == 0)
        rc = query_run(db,
            "INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms, engine, rank,"
            "  traceparent, client, metadata)"
            " VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?7, ?8, ?9, ?10)",
            VALUES(value_text(request->id), value_text(request->kind), value_text(request->subject),
                value_text(request->key), value_number(clock_wall_ms()),
                value_text(request->engine), value_number(JOB_PRIORITY_MAX - request->priority),
                value_text(request->traceparent), value_text(request->client),
                value_text(request->metadata)),
            err);
    if (rc == 0)
        rc = query_run(db, "INSERT INTO casecast_inputs(job_id, input) VALUES (?1, ?2)",
            VALUES(value_text(request->id), value_text(request->input)), err);
    if (rc == 0 && request->hook)
        rc = hook_insert(db, request->hook, request->id, err);
    if (rc == 0 && request->first)
        rc = journal_add(db, request->id, request->first, 1, err);
    return rc;
}

/* `*ret_is_noted`: nothing has to be written. */
static int open_look(struct database *db, const struct job_request *request, struct job *ret_job,
    bool *ret_is_noted, struct error *err)
{
    int rc = request_find(db, request, ret_job, err);

    *ret_is_noted = rc == 0 || !request->request_name;
    return rc == STORE_E_NOT_FOUND ? open_find(db, request, ret_job, err) : rc;
}

/* Under the write lock. */
static int open_or_make(
    struct database *db, const struct job_request *request, struct job *ret_job, struct error *err)
{
    bool is_noted;
    int rc = open_look(db, request, ret_job, &is_noted, err);

    if (rc == STORE_E_NOT_FOUND && request->input) {
        rc = open_insert(db, request, err);
        if (rc == 0)
            rc = job_by_id(db, request->id, ret_job, err);
    }
    return rc == 0 && !is_noted ? request_note(db, request, ret_job->id, err) : rc;
}

int sqlite_job_open(struct store_link *link, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    struct database *db = database_of(link);
    struct job job = {0};
    bool is_noted = true;
    int rc = transaction_begin_read(db, err);

    /* Nearly every caller attaches, which needs no write lock. */
    if (rc == 0)
        rc = job_hand_over(db, open_look(db, request, &job, &is_noted, err), &job, ret_job, err);
    if ((rc == STORE_E_NOT_FOUND && request->input) || (rc == 0 && !is_noted)) {
        if (rc == 0)
            job_clear(ret_job);
        job = (struct job){0};
        rc = transaction_begin(db, err);
        if (rc == 0)
            rc = job_hand_over(db, open_or_make(db, request, &job, err), &job, ret_job, err);
    }
    if (rc == 0)
        *ret_is_new = strcmp(ret_job->id, request->id) == 0;
    return rc;
}

int sqlite_job_told(struct store_link *link, const char *id, const char *viewer, int64_t forget_ms,
    struct error *err)
{
    struct database *db = database_of(link);
    int64_t now = clock_wall_ms();
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = query_run(db, "DELETE FROM casecast_told WHERE abs(?1 - told_ms) > ?2",
        VALUES(value_number(now), value_number(forget_ms)), err);
    if (rc == 0)
        rc = query_run(db,
            "INSERT OR REPLACE INTO casecast_told(job_id, viewer, told_ms) VALUES (?1, ?2, ?3)",
            VALUES(value_text(id), value_text(viewer), value_number(now)), err);
    return transaction_end(db, rc, err);
}
