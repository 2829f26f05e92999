/* store_schema.c - the tables, made on first start and brought up to date step by step.
 *
 * The file may be somebody's: what is ours in it is called casecast_…, and its version is a row of
 * casecast_meta (`PRAGMA user_version` is the owner's).  cases and scenes may be anybody's: they
 * are made only where nothing has these names, and get new columns only where they are still the
 * tables that we made. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/store_private.h"

/* Step i leads to schema version SCHEMA_FIRST + i.  A step that was released is never edited.
 *
 * `number` is the order of creation and so of the queue: a job that runs is older than all that
 * wait, so one that is put back is first in line again.  The input lies beside its job, because the
 * job's row is rewritten with every progress note. */
static const char *const steps[] = {
    "CREATE TABLE casecast_meta("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  value TEXT NOT NULL);"
    "INSERT INTO casecast_meta(name, value) VALUES ('schema', '0');"
    "CREATE TABLE casecast_jobs("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  id TEXT NOT NULL UNIQUE,"
    "  kind TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  key TEXT NOT NULL,"
    "  state TEXT NOT NULL"
    "    CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),"
    "  cancel_wanted INTEGER NOT NULL DEFAULT 0,"
    "  last_seq INTEGER NOT NULL DEFAULT 0,"
    "  created_ms INTEGER NOT NULL,"
    "  started_ms INTEGER NOT NULL DEFAULT 0,"
    "  ended_ms INTEGER NOT NULL DEFAULT 0,"
    "  owner TEXT,"
    "  run INTEGER NOT NULL DEFAULT 0,"
    "  deaths INTEGER NOT NULL DEFAULT 0,"
    "  progress TEXT,"
    "  result TEXT,"
    "  error TEXT,"
    "  n_watched INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX casecast_jobs_by_key ON casecast_jobs(kind, key);"
    "CREATE INDEX casecast_jobs_by_state ON casecast_jobs(state, number);"
    "CREATE INDEX casecast_jobs_by_subject ON casecast_jobs(kind, state, subject);"
    /* What create-or-attach promises, said once more where nothing can get past it. */
    "CREATE UNIQUE INDEX casecast_one_live_job_a_key ON casecast_jobs(kind, key)"
    "  WHERE state IN ('queued', 'running') AND cancel_wanted = 0;"
    "CREATE TABLE casecast_inputs("
    "  job_id TEXT PRIMARY KEY REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  input TEXT NOT NULL);"
    "CREATE TABLE casecast_events("
    "  position INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  seq INTEGER NOT NULL,"
    "  name TEXT,"
    "  data TEXT NOT NULL,"
    "  once TEXT,"
    "  UNIQUE (job_id, seq),"
    "  UNIQUE (job_id, once));"
    "CREATE TABLE casecast_audiences("
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  member TEXT NOT NULL,"
    "  n INTEGER NOT NULL,"
    "  who TEXT NOT NULL,"
    "  PRIMARY KEY (job_id, member));"
    "CREATE TABLE casecast_members("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  leased_until_ms INTEGER NOT NULL,"
    "  is_stopping INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE casecast_told("
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  viewer TEXT NOT NULL,"
    "  told_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (job_id, viewer));",
};

/* Versions 1 to 3 had other names: store_before.c. */
enum { SCHEMA_FIRST = 4, SCHEMA_VERSION = SCHEMA_FIRST - 1 + sizeof steps / sizeof *steps };

static int refuse_version(struct store *store, const char *version, struct error *err)
{
    return error_set(err, ERR_INPUT,
        "%s: casecast's tables in it have version %.20s, this casecast knows versions up to %d: "
        "use "
        "the newer casecast that made them, or another file",
        store->path, version, SCHEMA_VERSION);
}

static int read_schema_row(struct store *store, int64_t *ret_version, struct error *err)
{
    long long version = 0;
    sqlite3_stmt *row;
    int answer = query_start(
        store, "SELECT value FROM casecast_meta WHERE name = 'schema'", NULL, &row, err);

    if (answer == 0)
        answer = query_row(store, row, err);
    if (answer < 0)
        return answer;
    if (answer == QUERY_END)
        return refuse_version(store, "unknown", err);
    if (!text_number(column_text(row, 0), SCHEMA_FIRST, SCHEMA_VERSION, &version))
        answer = refuse_version(store, column_text(row, 0), err);
    query_end(row);
    *ret_version = version;
    return answer < 0 ? answer : 0;
}

/* 0: nothing of ours is there yet. */
static int read_version(struct store *store, int64_t *ret_version, struct error *err)
{
    int64_t n = 0;
    int answer = query_number(store,
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'casecast_meta'", NULL,
        &n, err);

    *ret_version = 0;
    return answer == 0 && n ? read_schema_row(store, ret_version, err) : answer;
}

/* From nothing, or from the tables of before, or from an older version of these. */
static int steps_take(struct store *store, int64_t version, struct error *err)
{
    int answer = 0;
    size_t i = version ? (size_t)(version - SCHEMA_FIRST + 1) : 0;

    for (; answer == 0 && i < sizeof steps / sizeof *steps; i++) {
        answer = run_script(store, steps[i], err);
        if (answer == 0 && i == 0)
            answer = before_bring_over(store, err);
        if (answer < 0 && err)
            error_where(err, "making schema version %d: ", SCHEMA_FIRST + (int)i);
    }
    if (answer < 0)
        return answer;
    return query_run(store, "UPDATE casecast_meta SET value = ?1 WHERE name = 'schema'",
        VALUES(value_number(SCHEMA_VERSION)), err);
}

static int go_up(struct store *store, struct error *err)
{
    int64_t version;
    int answer = read_version(store, &version, err);

    if (answer == 0 && version < SCHEMA_VERSION)
        answer = steps_take(store, version, err);
    if (answer == 0)
        answer = case_tables_make(store, err);
    return answer == 0 ? cases_prepare(store, err) : answer;
}

/* Mostly everything is there, and to know that needs no write lock. */
static int look(struct store *store, bool *ret_is_ready, struct error *err)
{
    int64_t version;
    int answer = read_version(store, &version, err);

    *ret_is_ready = answer == 0 && version == SCHEMA_VERSION;
    if (answer == 0)
        answer = case_tables_find(store, err);
    if (answer == 0 && !store->cases)
        *ret_is_ready = false;
    if (answer == 0 && *ret_is_ready)
        answer = case_tables_are_whole(store, ret_is_ready, err);
    if (answer == 0 && store->cases)
        answer = cases_prepare(store, err);
    return answer;
}

int schema_prepare(struct store *store, struct error *err)
{
    bool is_ready;
    int answer = look(store, &is_ready, err);

    if (answer < 0 || is_ready)
        return answer;
    answer = transaction_begin(store, err);
    return answer == 0 ? transaction_end(store, go_up(store, err), err) : answer;
}

/* --- for those who only read --- */

static int find_jobs(struct store *store, int64_t version, struct error *err)
{
    bool is_older = version > 0;
    int answer = is_older ? 0 : before_is_there(store, &is_older, err);

    if (answer < 0 || version == SCHEMA_VERSION)
        return answer;
    if (is_older)
        return error_set(err, ERR_INPUT,
            "%s: an older casecast made the tables in it; `casecast init` brings them up to date",
            store->path);
    return error_set(err, ERR_INPUT,
        "%s: no jobs in it, as casecast never wrote to it; `casecast init` prepares it",
        store->path);
}

static int find_cases(struct store *store, struct error *err)
{
    int answer = case_tables_find(store, err);

    if (answer < 0)
        return answer;
    if (store->cases)
        return cases_prepare(store, err);
    return error_set(err, ERR_INPUT,
        "%s: no cases in it: neither casecast_cases and casecast_scenes nor cases and scenes are "
        "there, as tables or views; `casecast init` makes them",
        store->path);
}

int schema_find(struct store *store, enum store_part part, struct error *err)
{
    int64_t version;
    int answer = read_version(store, &version, err);

    if (answer < 0)
        return answer;
    return part == STORE_JOBS ? find_jobs(store, version, err) : find_cases(store, err);
}
