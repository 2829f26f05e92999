/* schema.c - the tables, made on first start and brought up to date step by step.
 *
 * The file may be somebody's own: our tables in it are called casecast_…, and their version is a
 * row of casecast_meta (`PRAGMA user_version` belongs to the owner).  cases and scenes are made
 * only where nothing has these names, and get new columns only while they are the tables that we
 * made. */
#include "store/sqlite/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/sqlite/before.h"
#include "store/sqlite/cases/cases.h"

/* Step i leads to schema version SCHEMA_FIRST + i.  A step that was released is never edited.
 *
 * `rank` is 9 less the priority.  The order of the queue is that of rank and then of `number`,
 * which is the order of creation: a job that is put back is older than all that wait with its rank,
 * and so first of them again.  The input has a table of its own, because every progress note
 * rewrites the job's row. */
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
    /* The promise of create-or-attach, enforced by the database. */
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
    /* n_watched of version 4 stays and is not used any more: SQLite drops and renames no column in
     * a file where any view is broken. */
    "ALTER TABLE casecast_jobs ADD COLUMN claim TEXT;"
    "ALTER TABLE casecast_jobs ADD COLUMN watched_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE casecast_members ADD COLUMN machine TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE casecast_members ADD COLUMN engine TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE casecast_members ADD COLUMN slots INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE casecast_members ADD COLUMN kinds TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX casecast_jobs_to_cancel ON casecast_jobs(number)"
    "  WHERE cancel_wanted <> 0 AND state IN ('queued', 'running');",
    /* Of the owner, or of the last one.  NULL: nobody has begun it. */
    "ALTER TABLE casecast_jobs ADD COLUMN engine TEXT;",
    "ALTER TABLE casecast_jobs ADD COLUMN asked_ms INTEGER;"
    "UPDATE casecast_jobs SET asked_ms = max(ended_ms, 1) WHERE state NOT IN ('queued', 'running');"
    "CREATE INDEX casecast_jobs_by_asked ON casecast_jobs(asked_ms) WHERE asked_ms IS NOT NULL;",
    /* `key`: of url, events and metadata.  `state`: idle while no event is to be delivered.  `seq`:
     * the event that was delivered last.  `next_ms`: not before; a claim sets it, too.  `attempts`,
     * `since_ms`: of the next event. */
    "CREATE TABLE casecast_hooks("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  id TEXT NOT NULL UNIQUE,"
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  key TEXT NOT NULL,"
    "  url TEXT NOT NULL,"
    "  host TEXT NOT NULL,"
    "  events TEXT NOT NULL,"
    "  metadata TEXT NOT NULL,"
    "  state TEXT NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'due', 'given up')),"
    "  seq INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  since_ms INTEGER NOT NULL DEFAULT 0,"
    "  next_ms INTEGER NOT NULL DEFAULT 0,"
    "  error TEXT,"
    "  UNIQUE (job_id, key));"
    "CREATE INDEX casecast_hooks_due ON casecast_hooks(next_ms) WHERE state = 'due';"
    "CREATE INDEX casecast_hooks_given_up ON casecast_hooks(number) WHERE state = 'given up';",
    "CREATE TABLE casecast_requests("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  body TEXT NOT NULL,"
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"
    "  made_ms INTEGER NOT NULL);"
    "CREATE INDEX casecast_requests_by_job ON casecast_requests(job_id);"
    "CREATE INDEX casecast_requests_by_time ON casecast_requests(made_ms);"
    "ALTER TABLE casecast_jobs ADD COLUMN rank INTEGER NOT NULL DEFAULT 5;"
    "ALTER TABLE casecast_jobs ADD COLUMN traceparent TEXT;"
    "ALTER TABLE casecast_jobs ADD COLUMN client TEXT;"
    "CREATE INDEX casecast_jobs_in_turn ON casecast_jobs(rank, number) WHERE state = 'queued';",
    "ALTER TABLE casecast_jobs ADD COLUMN metadata TEXT;",
    /* When what a done job showed of its unfinished work is to go.  NULL: there is none (any more).
     * How long the videos are that are done already is not known here: they have a day. */
    "ALTER TABLE casecast_jobs ADD COLUMN clear_ms INTEGER;"
    "UPDATE casecast_jobs SET clear_ms = ended_ms + 86400000"
    "  WHERE kind = 'video' AND state = 'done';"
    "CREATE INDEX casecast_jobs_to_clear ON casecast_jobs(clear_ms) WHERE clear_ms IS NOT NULL;",
};

/* Versions 1 to 3 had other names: before.c. */
enum { SCHEMA_FIRST = 4, SCHEMA_VERSION = SCHEMA_FIRST - 1 + sizeof steps / sizeof *steps };

static int schema_refuse_version(struct database *db, const char *version, struct error *err)
{
    return error_set(err, ERR_INPUT,
        "%s: casecast's tables in it have version %.20s, this casecast knows versions up to %d: "
        "use "
        "the newer casecast that made them, or another file",
        db->path, version, SCHEMA_VERSION);
}

static int schema_read_row(struct database *db, int64_t *ret_version, struct error *err)
{
    long long version = 0;
    sqlite3_stmt *row;
    int rc =
        query_start(db, "SELECT value FROM casecast_meta WHERE name = 'schema'", NULL, &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc < 0)
        return rc;
    if (rc == QUERY_END)
        return schema_refuse_version(db, "unknown", err);
    if (!text_number(column_text(row, 0), SCHEMA_FIRST, SCHEMA_VERSION, &version))
        rc = schema_refuse_version(db, column_text(row, 0), err);
    query_end(row);
    *ret_version = version;
    return rc < 0 ? rc : 0;
}

/* 0: no table of ours is there. */
static int schema_read_version(struct database *db, int64_t *ret_version, struct error *err)
{
    int64_t n = 0;
    int rc = query_number(db,
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'casecast_meta'", NULL,
        &n, err);

    *ret_version = 0;
    return rc == 0 && n ? schema_read_row(db, ret_version, err) : rc;
}

/* From no tables, from those of versions 1 to 3, or from an older version. */
static int schema_take_steps(struct database *db, int64_t version, struct error *err)
{
    int rc = 0;
    size_t i = version ? (size_t)(version - SCHEMA_FIRST + 1) : 0;

    for (; rc == 0 && i < sizeof steps / sizeof *steps; i++) {
        rc = run_script(db, steps[i], err);
        if (rc == 0 && i == 0)
            rc = before_bring_over(db, err);
        if (rc < 0 && err)
            error_where(err, "making schema version %d: ", SCHEMA_FIRST + (int)i);
    }
    if (rc < 0)
        return rc;
    return query_run(db, "UPDATE casecast_meta SET value = ?1 WHERE name = 'schema'",
        VALUES(value_number(SCHEMA_VERSION)), err);
}

static int schema_go_up(struct database *db, unsigned parts, struct error *err)
{
    int64_t version;
    int rc = schema_read_version(db, &version, err);

    if (rc == 0 && parts & STORE_JOBS && version < SCHEMA_VERSION)
        rc = schema_take_steps(db, version, err);
    if (rc == 0 && parts & STORE_CASES)
        rc = case_tables_make(db, err);
    return rc == 0 && parts & STORE_CASES ? cases_prepare(db, err) : rc;
}

/* `*ret_are_ready`: no table and no column has to be made. */
static int schema_look_at_cases(struct database *db, bool *ret_are_ready, struct error *err)
{
    int rc = case_tables_find(db, err);

    *ret_are_ready = rc == 0 && case_tables_are_there(db);
    if (*ret_are_ready)
        rc = case_tables_are_whole(db, ret_are_ready, err);
    if (rc == 0 && case_tables_are_there(db))
        rc = cases_prepare(db, err);
    return rc;
}

/* Mostly everything is there, and to find that out needs no write lock. */
static int schema_look(struct database *db, unsigned parts, bool *ret_is_ready, struct error *err)
{
    bool has_cases = true;
    int64_t version;
    int rc = schema_read_version(db, &version, err);

    if (rc == 0 && parts & STORE_CASES)
        rc = schema_look_at_cases(db, &has_cases, err);
    *ret_is_ready = rc == 0 && has_cases && (!(parts & STORE_JOBS) || version == SCHEMA_VERSION);
    return rc;
}

int schema_prepare(struct database *db, unsigned parts, struct error *err)
{
    bool is_ready;
    int rc = schema_look(db, parts, &is_ready, err);

    if (rc < 0 || is_ready)
        return rc;
    rc = transaction_begin(db, err);
    return rc == 0 ? transaction_end(db, schema_go_up(db, parts, err), err) : rc;
}

/* --- for reading --- */

static int schema_find_jobs(struct database *db, int64_t version, struct error *err)
{
    bool is_older = version > 0;
    int rc = is_older ? 0 : before_is_there(db, &is_older, err);

    if (rc < 0 || version == SCHEMA_VERSION)
        return rc;
    if (is_older)
        return error_set(err, ERR_INPUT,
            "%s: an older casecast made the tables in it; `casecast init` brings them up to date",
            db->path);
    return error_set(err, ERR_INPUT,
        "%s: no jobs in it, as casecast never wrote to it; `casecast init` prepares it", db->path);
}

static int schema_find_cases(struct database *db, struct error *err)
{
    int rc = case_tables_find(db, err);

    if (rc < 0)
        return rc;
    if (case_tables_are_there(db))
        return cases_prepare(db, err);
    return error_set(err, ERR_INPUT,
        "%s: no cases in it: neither casecast_cases and casecast_scenes nor cases and scenes are "
        "there, as tables or views; `casecast init` makes them",
        db->path);
}

int schema_find(struct database *db, unsigned parts, struct error *err)
{
    int64_t version;
    int rc = schema_read_version(db, &version, err);

    if (rc == 0 && parts & STORE_JOBS)
        rc = schema_find_jobs(db, version, err);
    return rc == 0 && parts & STORE_CASES ? schema_find_cases(db, err) : rc;
}
