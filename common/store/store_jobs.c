/* store_jobs.c - jobs as everybody sees them: created, looked at, canceled.  The owner's side is
 * store_owner.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"

/* For a few jobs; store_live() counts as it goes. */
#define POSITION                                                                                   \
    "CASE state WHEN 'queued' THEN (SELECT count(*) FROM casecast_jobs AS q"                       \
    " WHERE q.state = 'queued' AND q.number <= casecast_jobs.number) END"

static void copy_text(sqlite3_stmt *row, int column, char *ret_text, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    snprintf(ret_text, size, "%s", text ? text : "");
}

int job_read(struct store *store, sqlite3_stmt *row, struct job *ret_job, struct error *err)
{
    const char *state = (const char *)sqlite3_column_text(row, 4);
    struct job job = {0};

    copy_text(row, 0, job.id, sizeof job.id);
    copy_text(row, 1, job.kind, sizeof job.kind);
    copy_text(row, 2, job.subject, sizeof job.subject);
    copy_text(row, 3, job.key, sizeof job.key);
    if (!state || !job_state_parse(state, &job.state))
        return store_refuse_as(err, "the job has no state that this version knows",
            error_set(err, ERR_INPUT, "%s: job %s has no state we know", store->path, job.id));
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
    job.n_watched = (uint64_t)sqlite3_column_int64(row, JOB_COLUMN_WATCHED);
    job.run = sqlite3_column_int64(row, JOB_COLUMN_RUN);
    job.number = sqlite3_column_int64(row, JOB_COLUMN_NUMBER);
    *ret_job = job;
    return 0;
}

static int read_one(struct store *store, sqlite3_stmt *row, struct job *ret_job, struct error *err)
{
    int answer = query_row(store, row, err);

    if (answer != QUERY_ROW)
        return answer < 0 ? answer : STORE_E_NOT_FOUND;
    answer = job_read(store, row, ret_job, err);
    query_end(row);
    return answer;
}

static int job_by_id(struct store *store, const char *id, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int answer =
        query_start(store, "SELECT " JOB_COLUMNS(POSITION) "FROM casecast_jobs WHERE id = ?1",
            VALUES(value_text(id)), &row, err);

    return answer == 0 ? read_one(store, row, ret_job, err) : answer;
}

int job_by_number(struct store *store, int64_t number, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int answer =
        query_start(store, "SELECT " JOB_COLUMNS(POSITION) "FROM casecast_jobs WHERE number = ?1",
            VALUES(value_number(number)), &row, err);

    return answer == 0 ? read_one(store, row, ret_job, err) : answer;
}

/* "" for one whose input somebody deleted: a work may rely on there being one. */
int job_load_input(struct store *store, struct job *job, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT coalesce((SELECT input FROM casecast_inputs WHERE job_id = ?1), '')",
        VALUES(value_text(job->id)), &row, err);

    if (answer == 0)
        answer = query_row(store, row, err);
    if (answer != QUERY_ROW)
        return answer;
    job->input = column_copy(row, 0);
    query_end(row);
    return 0;
}

int job_drop_input(struct store *store, const char *id, struct error *err)
{
    return query_run(
        store, "DELETE FROM casecast_inputs WHERE job_id = ?1", VALUES(value_text(id)), err);
}

int job_hand_over(
    struct store *store, int answer, struct job *job, struct job *ret_job, struct error *err)
{
    answer = transaction_end(store, answer, err);
    if (answer == 0)
        *ret_job = *job;
    else
        job_clear(job);
    return answer;
}

int store_job_get(struct store *store, const char *id, struct job *ret_job, struct error *err)
{
    struct job job = {0};
    int answer = transaction_begin_read(store, err);

    if (answer < 0)
        return answer;
    return job_hand_over(store, job_by_id(store, id, &job, err), &job, ret_job, err);
}

/* --- create or attach --- */

/* What failed or was canceled, or is about to be, is the answer only for who must not begin it anew
 * (hold_ms); and never where it was canceled as nobody watched it: who comes back wants it. */
#define IS_HELD                                                                                    \
    "number = (SELECT max(number) FROM casecast_jobs WHERE kind = ?1 AND key = ?2)"                \
    " AND CASE state WHEN 'failed' THEN 1 ELSE cancel_wanted <> ?7 END"                            \
    " AND (CASE WHEN state IN ('queued', 'running') THEN ?4 > 0 ELSE abs(?3 - ended_ms) < ?4 END"  \
    "  OR EXISTS (SELECT 1 FROM casecast_told"                                                     \
    "   WHERE job_id = id AND viewer = ?5 AND abs(?3 - told_ms) < ?6))"

static int find_known(
    struct store *store, const struct job_request *request, struct job *ret_job, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(store,
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

    return rc == 0 ? read_one(store, row, ret_job, err) : rc;
}

static int insert_job(
    struct store *store, const struct job_request *request, const char *id, struct error *err)
{
    int64_t n_queued = 0;
    int answer;

    answer = query_number(
        store, "SELECT count(*) FROM casecast_jobs WHERE state = 'queued'", NULL, &n_queued, err);
    if (answer == 0 && n_queued >= request->max_queued)
        return STORE_E_FULL;
    if (answer == 0)
        answer = query_run(store,
            "INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms)"
            " VALUES (?1, ?2, ?3, ?4, 'queued', ?5)",
            VALUES(value_text(id), value_text(request->kind), value_text(request->subject),
                value_text(request->key), value_number(clock_wall_ms())),
            err);
    if (answer == 0)
        answer = query_run(store, "INSERT INTO casecast_inputs(job_id, input) VALUES (?1, ?2)",
            VALUES(value_text(id), value_text(request->input)), err);
    if (answer == 0 && request->first)
        answer = journal_add(store, id, request->first, 1, err);
    return answer;
}

static int open_job(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    char id[JOB_ID_LEN + 1];
    int answer = find_known(store, request, ret_job, err);

    *ret_is_new = answer == STORE_E_NOT_FOUND;
    if (!*ret_is_new)
        return answer;
    job_id_make(id);
    answer = insert_job(store, request, id, err);
    return answer == 0 ? job_by_id(store, id, ret_job, err) : answer;
}

int store_job_open(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    struct job job = {0};
    bool is_new = false;
    int answer = transaction_begin_read(store, err);

    /* Nearly every caller attaches: that needs no write lock. */
    if (answer == 0)
        answer = job_hand_over(store, find_known(store, request, &job, err), &job, ret_job, err);
    if (answer == STORE_E_NOT_FOUND && request->input) {
        answer = transaction_begin(store, err);
        if (answer == 0)
            answer = job_hand_over(
                store, open_job(store, request, &job, &is_new, err), &job, ret_job, err);
    }
    if (answer == 0)
        *ret_is_new = is_new;
    return answer;
}

int store_job_told(
    struct store *store, const char *id, const char *viewer, int64_t forget_ms, struct error *err)
{
    int64_t now = clock_wall_ms();
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    answer = query_run(store, "DELETE FROM casecast_told WHERE abs(?1 - told_ms) > ?2",
        VALUES(value_number(now), value_number(forget_ms)), err);
    if (answer == 0)
        answer = query_run(store,
            "INSERT OR REPLACE INTO casecast_told(job_id, viewer, told_ms) VALUES (?1, ?2, ?3)",
            VALUES(value_text(id), value_text(viewer), value_number(now)), err);
    return transaction_end(store, answer, err);
}

/* --- lists --- */

/* Gives each row of a started query of JOB_COLUMNS to one of the two. */
static int each_row(struct store *store, sqlite3_stmt *row,
    void (*each)(void *ctx, const struct job *job),
    void (*each_owned)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err)
{
    struct job job;
    int answer;

    while ((answer = query_row(store, row, err)) == QUERY_ROW) {
        answer = job_read(store, row, &job, err);
        if (answer < 0) {
            query_end(row);
            return answer;
        }
        if (each)
            each(ctx, &job);
        else
            each_owned(ctx, &job, (const char *)sqlite3_column_text(row, JOB_COLUMN_OWNER));
        job_clear(&job);
    }
    return answer;
}

int store_job_each_done(struct store *store, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT " JOB_COLUMNS(
            POSITION) "FROM casecast_jobs WHERE number IN"
                      " (SELECT max(number) FROM casecast_jobs WHERE kind = ?1 AND state "
                      "= 'done' GROUP BY subject)"
                      " ORDER BY number DESC",
        VALUES(value_text(kind)), &row, err);

    return answer == 0 ? each_row(store, row, each, NULL, ctx, err) : answer;
}

int store_job_each(struct store *store, int most, void (*each)(void *ctx, const struct job *job),
    void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT " JOB_COLUMNS(POSITION) "FROM casecast_jobs ORDER BY number DESC LIMIT ?1",
        VALUES(value_number(most)), &row, err);

    return answer == 0 ? each_row(store, row, each, NULL, ctx, err) : answer;
}

int store_job_count(
    struct store *store, long long ret_counts[static JOB_CANCELED + 1], struct error *err)
{
    long long counts[JOB_CANCELED + 1] = {0};
    enum job_state state;
    sqlite3_stmt *row;
    int answer = query_start(
        store, "SELECT state, count(*) FROM casecast_jobs GROUP BY state", NULL, &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        const char *name = (const char *)sqlite3_column_text(row, 0);

        if (name && job_state_parse(name, &state))
            counts[state] = sqlite3_column_int64(row, 1);
        answer = 0;
    }
    if (answer == 0)
        memcpy(ret_counts, counts, sizeof counts);
    return answer;
}

int store_live(struct store *store,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store,
        "SELECT " JOB_COLUMNS("count(*) FILTER (WHERE state = 'queued') OVER (ORDER BY "
                              "number)") "FROM casecast_jobs WHERE state IN ('queued', 'running') "
                                         "ORDER BY number",
        NULL, &row, err);

    return answer == 0 ? each_row(store, row, NULL, each, ctx, err) : answer;
}

/* --- viewers --- */

int store_jobs_watched(
    struct store *store, char (*ids)[JOB_ID_LEN + 1], size_t n, struct error *err)
{
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    for (size_t i = 0; answer == 0 && i < n; i++)
        answer = query_run(store,
            "UPDATE casecast_jobs SET n_watched = n_watched + 1"
            " WHERE id = ?1 AND state IN ('queued', 'running')",
            VALUES(value_text(ids[i])), err);
    return transaction_end(store, answer, err);
}

/* --- cancel --- */

static int cancel_job(struct store *store, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, bool *ret_is_first, struct error *err)
{
    int answer;

    answer = query_run(store,
        "UPDATE casecast_jobs SET state = 'canceled', cancel_wanted = ?3, ended_ms = ?2"
        " WHERE id = ?1 AND state = 'queued'",
        VALUES(value_text(id), value_number(clock_wall_ms()), value_number(why)), err);
    *ret_is_first = answer == 0 && sqlite3_changes(store->db);
    if (answer < 0)
        return answer;
    if (*ret_is_first) {
        answer = job_drop_input(store, id, err);
        return answer == 0 ? journal_add(store, id, last, n_last, err) : answer;
    }
    answer = query_run(store,
        "UPDATE casecast_jobs SET cancel_wanted = ?2"
        " WHERE id = ?1 AND state = 'running' AND NOT cancel_wanted",
        VALUES(value_text(id), value_number(why)), err);
    *ret_is_first = answer == 0 && sqlite3_changes(store->db);
    return answer;
}

int store_job_want_cancel(
    struct store *store, const char *id, enum job_state *ret_state, struct error *err)
{
    struct job job = {0};
    int answer = query_run(store,
        "UPDATE casecast_jobs SET cancel_wanted = ?2"
        " WHERE id = ?1 AND state IN ('queued', 'running')",
        VALUES(value_text(id), value_number(CANCEL_ASKED)), err);

    if (answer == 0)
        answer = store_job_get(store, id, &job, err);
    if (answer == 0)
        *ret_state = job.state;
    job_clear(&job);
    return answer;
}

int store_job_cancel(struct store *store, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err)
{
    struct job job = {0};
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    answer = cancel_job(store, id, why, last, n_last, ret_is_first, err);
    if (answer == 0)
        answer = job_by_id(store, id, &job, err);
    return job_hand_over(store, answer, &job, ret_job, err);
}
