/* sqlite.c - SQLite as an engine: opening for work, and the table of its functions.
 *
 * Write-ahead logging, so that readers never wait for the writer.  synchronous=NORMAL: what was
 * committed survives the death of the process; after a power cut the last commits may be missing,
 * but no commit before them. */
#include "store/sqlite/sqlite.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sqlite/cases/cases.h"
#include "store/sqlite/jobs/jobs.h"
#include "store/sqlite/probe.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/schema.h"

/* An address is the path of a file. */
static bool sqlite_serves(const char *address)
{
    (void)address;
    return true;
}

static bool sqlite_is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static char *sqlite_name_of(const char *path)
{
    return mem_copy(path);
}

/* --- opening for work --- */

/* When several connections open a new file at once, the switch to WAL returns SQLITE_BUSY to some
 * of them without calling the busy handler (waiting could deadlock): so it is tried again. */
static int sqlite_use_wal(struct database *db, struct error *err)
{
    int64_t until = clock_monotonic_ms() + STORE_WAIT_MS;
    sqlite3_stmt *query;
    int rc, step;
    bool is_wal;

    rc = query_start(db, "PRAGMA journal_mode = WAL", NULL, &query, err);
    if (rc < 0)
        return rc;
    while ((step = sqlite3_step(query)) == SQLITE_BUSY && clock_monotonic_ms() < until) {
        sqlite3_reset(query);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    if (step != SQLITE_ROW) {
        rc = database_refuse(db, err);
        query_end(query);
        return rc;
    }
    is_wal = strcmp((const char *)sqlite3_column_text(query, 0), "wal") == 0;
    query_end(query);
    if (!is_wal)
        return error_set(err, ERR_IO,
            "%s: SQLite can't keep a write-ahead log here: the file must lie on a local disk",
            db->path);
    return 0;
}

/* The log is kept only once everything is in the file: a file that is refused stays as it was.  The
 * last query opens the log; until then no other program sees by the files that this connection is
 * there. */
static int sqlite_set_up_log(struct database *db, struct error *err)
{
    int64_t number;
    int rc = sqlite_use_wal(db, err);

    if (rc == 0)
        rc = query_run(db, "PRAGMA synchronous = NORMAL", NULL, err);
    if (rc == 0)
        rc = query_number(db, "SELECT count(*) FROM sqlite_schema", NULL, &number, err);
    return rc;
}

/* A file of cases alone may belong to others and be read-only; it keeps its journal mode. */
static int sqlite_set_up(struct database *db, unsigned parts, struct error *err)
{
    int rc;

    if (db->has_jobs && sqlite3_db_readonly(db->handle, "main") == 1)
        return database_refuse_as(
            err, "the database is read-only", error_set(err, ERR_IO, "%s is read-only", db->path));
    rc = query_run(db, "PRAGMA foreign_keys = ON", NULL, err);
    if (rc == 0)
        rc = schema_prepare(db, parts, err);
    if (rc == 0 && db->has_jobs)
        rc = jobs_prepare(db, err);
    return rc == 0 && db->has_jobs ? sqlite_set_up_log(db, err) : rc;
}

static void sqlite_close(struct store_link *link)
{
    struct database *db = database_of(link);

    cases_free(db->cases);
    database_close(db);
}

static int sqlite_open_to_work(const char *path, unsigned parts, enum store_way way,
    struct database **ret_db, struct error *err)
{
    int flags = SQLITE_OPEN_READWRITE | (way == STORE_AGAIN ? 0 : SQLITE_OPEN_CREATE);
    int rc = database_connect(path, path, flags, ret_db, err);

    if (rc < 0)
        return rc;
    (*ret_db)->has_jobs = parts & STORE_JOBS;
    if (parts & STORE_CASES)
        (*ret_db)->cases = cases_new(way == STORE_INIT);
    rc = sqlite_set_up(*ret_db, parts, err);
    if (rc < 0)
        sqlite_close(&(*ret_db)->link);
    if (rc < 0 && err && !err->public_text)
        err->public_text = "the database can't be used: its operator finds the reason in the log";
    return rc;
}

static int sqlite_open(const char *path, unsigned parts, enum store_way way,
    struct store_link **ret_link, struct error *err)
{
    struct database *db = NULL;
    int rc = way == STORE_READ ? reader_open(path, parts, &db, err)
                               : sqlite_open_to_work(path, parts, way, &db, err);

    if (rc == 0)
        *ret_link = &db->link;
    return rc;
}

static bool sqlite_is_cut(struct store_link *link)
{
    return database_of(link)->is_still;
}

static bool sqlite_is_adrift(struct store_link *link)
{
    return database_is_adrift(database_of(link));
}

static const char *sqlite_did(struct store_link *link)
{
    (void)link;
    return "";
}

static int sqlite_grant(struct store_link *link, const char *role, struct error *err)
{
    return error_set(err, ERR_INPUT,
        "%s: an SQLite file has no roles to which \"%.60s\" could belong: who may use it is said "
        "by "
        "its permissions",
        database_of(link)->path, role);
}

const struct store_engine sqlite_engine = {
    .name = "SQLite",
    .serves = sqlite_serves,
    .is_there = sqlite_is_there,
    .name_of = sqlite_name_of,
    .open = sqlite_open,
    .close = sqlite_close,
    .is_adrift = sqlite_is_adrift,
    .is_cut = sqlite_is_cut,
    .probe = sqlite_probe,
    .examine = sqlite_examine,
    .read_whole = sqlite_read_whole,
    .did = sqlite_did,
    .grant = sqlite_grant,
    .cases =
        {
            .name = sqlite_cases_name,
            .list = sqlite_case_list,
            .get = sqlite_case_get,
            .put = sqlite_case_put,
            .edit = sqlite_case_edit,
        },
    .jobs =
        {
            .open = sqlite_job_open,
            .get = sqlite_job_get,
            .told = sqlite_job_told,
            .each_done = sqlite_job_each_done,
            .count = sqlite_job_count,
            .each = sqlite_job_each,
            .asked = sqlite_job_asked,
            .each_old = sqlite_job_each_old,
            .each_to_clear = sqlite_job_each_to_clear,
            .was_cleared = sqlite_job_was_cleared,
            .shares_key = sqlite_job_shares_key,
            .want_forget = sqlite_job_want_forget,
            .forget = sqlite_job_forget,
            .events = sqlite_job_events,
            .cursors_find = sqlite_cursors_find,
            .cursors_read = sqlite_cursors_read,
            .watched = sqlite_jobs_watched,
            .audience_others = sqlite_audience_others,
            .audience_each = sqlite_audience_each,
            .input = sqlite_job_input,
            .set_priority = sqlite_job_set_priority,
            .want_cancel = sqlite_job_want_cancel,
            .cancel = sqlite_job_cancel,
            .member_new = sqlite_member_new,
            .member_free = sqlite_member_free,
            .member_renew = sqlite_member_renew,
            .member_stop = sqlite_member_stop,
            .member_release = sqlite_member_release,
            .member_each = sqlite_member_each,
            .members_live_by_lease = false, /* each holds a lock */
            .audiences_write = sqlite_audiences_write,
            .claim = sqlite_job_claim,
            .release = sqlite_job_release,
            .lease = sqlite_job_lease,
            .write = sqlite_runs_write,
            .rekey = sqlite_job_rekey,
            .progress = sqlite_job_progress,
            .publish = sqlite_job_publish,
            .news = sqlite_news,
            .position = sqlite_position,
            .tail = sqlite_tail,
            .live = sqlite_live,
        },
    .hooks =
        {
            .add = sqlite_hook_add,
            .claim = sqlite_hook_claim,
            .delivered = sqlite_hook_delivered,
            .failed = sqlite_hook_failed,
            .each = sqlite_hook_each,
            .count = sqlite_hook_count,
        },
};
