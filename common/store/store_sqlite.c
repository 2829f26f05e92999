/* store_sqlite.c - the connection: opening, queries, transactions, and SQLite's errors in words.
 *
 * Write-ahead logging, so that readers never wait for the writer.  synchronous=NORMAL: what was
 * committed survives the death of the process; after a power cut the last moments may be missing,
 * but never a hole. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"

/* What is told of it to whom the file's name is no business. */
static const char *told_of(int code)
{
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return "the database is locked by another program";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "the database is read-only";
    case SQLITE_FULL:
        return "the database's disk is full";
    case SQLITE_NOTADB:
        return "the database is none: its operator finds the reason in the log";
    case SQLITE_CORRUPT:
        return "the database is damaged";
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return "the database can't be read or written";
    default:
        return "the database refuses: its operator finds the reason in the log";
    }
}

static int set_text(const char *path, sqlite3 *db, struct error *err)
{
    switch (sqlite3_errcode(db)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* lost the race for the log's index too often */
        return error_set(err, ERR_BUSY, "%s: the database is locked by another program", path);
    case SQLITE_READONLY:
        if (sqlite3_extended_errcode(db) == SQLITE_READONLY_ROLLBACK)
            return error_set(err, ERR_IO,
                "%s: a program died while it wrote to it: open it with that program, or with "
                "`casecast init`, which takes the half-done change back",
                path);
        return error_set(err, ERR_IO, "%s is read-only", path);
    case SQLITE_PERM:
        return error_set(err, ERR_IO, "%s is read-only", path);
    case SQLITE_FULL:
        return error_set(err, ERR_IO, "%s: disk full", path);
    case SQLITE_NOTADB:
        return error_set(err, ERR_INPUT, "%s is not an SQLite database", path);
    case SQLITE_CORRUPT:
        return error_set(err, ERR_IO, "%s is damaged (%s)", path, sqlite3_errmsg(db));
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return error_set(err, ERR_IO, "%s: %s%s%s", path, sqlite3_errmsg(db),
            sqlite3_system_errno(db) ? ": " : "",
            sqlite3_system_errno(db) ? strerror(sqlite3_system_errno(db)) : "");
    case SQLITE_TOOBIG:
        return error_set(
            err, ERR_INPUT, "%s: a value in it is larger than %d MiB", path, STORE_VALUE_MAX >> 20);
    default:
        return error_set(err, ERR_LIBRARY, "%s: %s", path, sqlite3_errmsg(db));
    }
}

static int refuse_code(const char *path, sqlite3 *db, struct error *err)
{
    int answer = set_text(path, db, err);

    if (err)
        err->told = told_of(sqlite3_errcode(db));
    return answer;
}

int store_refuse_as(struct error *err, const char *told, int answer)
{
    if (err)
        err->told = told;
    return answer;
}

int store_refuse(struct store *store, struct error *err)
{
    return refuse_code(store->path, store->db, err);
}

/* --- queries --- */

static int find_query(
    struct store *store, const char *sql, sqlite3_stmt **ret_query, struct error *err)
{
    for (int i = 0; i < store->n_queries; i++)
        if (store->queries[i].sql == sql) {
            *ret_query = store->queries[i].query;
            return 0;
        }
    assert(store->n_queries < QUERIES_MAX);
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_query, NULL) !=
        SQLITE_OK)
        return store_refuse(store, err);
    store->queries[store->n_queries].sql = sql;
    store->queries[store->n_queries++].query = *ret_query;
    return 0;
}

static int bind(sqlite3_stmt *query, int at, const struct value *value)
{
    if (value->kind == VALUE_TEXT)
        return sqlite3_bind_text(query, at, value->text, -1, SQLITE_STATIC);
    if (value->kind == VALUE_REAL)
        return sqlite3_bind_double(query, at, value->real);
    return sqlite3_bind_int64(query, at, value->number);
}

int query_start(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **ret_query, struct error *err)
{
    sqlite3_stmt *query;
    int answer = find_query(store, sql, &query, err);

    if (answer < 0)
        return answer;
    for (int i = 0; values && values[i].kind != VALUE_END; i++) {
        if (bind(query, i + 1, &values[i]) != SQLITE_OK)
            return store_refuse(store, err);
    }
    *ret_query = query;
    return 0;
}

int query_row(struct store *store, sqlite3_stmt *query, struct error *err)
{
    int rc = sqlite3_step(query), answer = QUERY_END;

    if (rc == SQLITE_ROW)
        return QUERY_ROW;
    if (rc != SQLITE_DONE)
        answer = store_refuse(store, err);
    query_end(query);
    return answer;
}

void query_end(sqlite3_stmt *query)
{
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
}

int query_run(struct store *store, const char *sql, const struct value *values, struct error *err)
{
    sqlite3_stmt *query;
    int answer = query_start(store, sql, values, &query, err);

    return answer < 0 ? answer : query_row(store, query, err);
}

int run_script(struct store *store, const char *sql, struct error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                       : store_refuse(store, err);
}

int query_number(struct store *store, const char *sql, const struct value *values,
    int64_t *ret_number, struct error *err)
{
    sqlite3_stmt *query;
    int answer = query_start(store, sql, values, &query, err);

    if (answer == 0)
        answer = query_row(store, query, err);
    if (answer == QUERY_ROW) {
        *ret_number = sqlite3_column_int64(query, 0);
        query_end(query);
        return 0;
    }
    return answer < 0 ? answer : STORE_E_NOT_FOUND;
}

const char *column_text(sqlite3_stmt *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

char *column_copy(sqlite3_stmt *query, int column)
{
    const char *text = column_text(query, column);

    return text ? mem_copy_n(text, (size_t)sqlite3_column_bytes(query, column)) : NULL;
}

/* --- transactions --- */

/* IMMEDIATE: a reader that later wants to write could be refused half-way; so a writer says so at
 * once. */
int transaction_begin(struct store *store, struct error *err)
{
    if (store_is_adrift(store))
        return store_refuse_as(err, "the database was deleted or replaced",
            error_set(err, ERR_IO, "%s was deleted or replaced while it was open", store->path));
    return query_run(store, "BEGIN IMMEDIATE", NULL, err);
}

int transaction_begin_read(struct store *store, struct error *err)
{
    return query_run(store, "BEGIN", NULL, err);
}

int transaction_end(struct store *store, int answer, struct error *err)
{
    if (answer == 0)
        answer = query_run(store, "COMMIT", NULL, err);
    /* SQLite has rolled back itself after some failures (a full disk). */
    if (answer != 0 && !sqlite3_get_autocommit(store->db))
        query_run(store, "ROLLBACK", NULL, NULL);
    return answer;
}

/* --- opening --- */

/* When several connections open a new file at once, the switch to WAL answers "busy" to some of
 * them without asking the busy handler (waiting could deadlock): so it is asked again. */
static int use_wal(struct store *store, struct error *err)
{
    int64_t until = clock_monotonic_ms() + STORE_WAIT_MS;
    sqlite3_stmt *query;
    int answer, rc;
    bool is_wal;

    answer = query_start(store, "PRAGMA journal_mode = WAL", NULL, &query, err);
    if (answer < 0)
        return answer;
    while ((rc = sqlite3_step(query)) == SQLITE_BUSY && clock_monotonic_ms() < until) {
        sqlite3_reset(query);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    if (rc != SQLITE_ROW) {
        answer = store_refuse(store, err);
        query_end(query);
        return answer;
    }
    is_wal = strcmp((const char *)sqlite3_column_text(query, 0), "wal") == 0;
    query_end(query);
    if (!is_wal)
        return error_set(err, ERR_IO,
            "%s: SQLite can't keep a write-ahead log here: not on a local disk?", store->path);
    return 0;
}

/* A log is kept only once everything is in the file: one that is refused stays as it was.  The last
 * query opens the log; until then, nobody sees by the files that this connection is there. */
static int set_up(struct store *store, struct error *err)
{
    int64_t number;
    int answer;

    if (sqlite3_db_readonly(store->db, "main") == 1)
        return store_refuse_as(err, "the database is read-only",
            error_set(err, ERR_IO, "%s is read-only", store->path));
    answer = query_run(store, "PRAGMA foreign_keys = ON", NULL, err);
    if (answer == 0)
        answer = schema_prepare(store, err);
    if (answer == 0)
        answer = member_prepare(store, err);
    if (answer == 0)
        answer = use_wal(store, err);
    if (answer == 0)
        answer = query_run(store, "PRAGMA synchronous = NORMAL", NULL, err);
    if (answer == 0)
        answer = query_number(store, "SELECT count(*) FROM sqlite_schema", NULL, &number, err);
    return answer;
}

int store_connect(
    const char *path, const char *uri, int flags, struct store **ret_store, struct error *err)
{
    struct store *store = mem_new(struct store);

    store->path = mem_copy(path);
    /* NOMUTEX: a connection belongs to one thread at a time. */
    if (sqlite3_open_v2(uri, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return store_hand_over(store, store_refuse(store, err), ret_store);
    sqlite3_extended_result_codes(store->db, 0);
    sqlite3_busy_timeout(store->db, STORE_WAIT_MS);
    sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, STORE_VALUE_MAX);
    *ret_store = store;
    return 0;
}

int store_hand_over(struct store *store, int answer, struct store **ret_store)
{
    if (answer == 0)
        *ret_store = store;
    else
        store_close(store);
    return answer;
}

static int open_to_write(
    const char *path, int flags, bool leaves_others, struct store **ret_store, struct error *err)
{
    struct store *store;
    int answer = store_connect(path, path, SQLITE_OPEN_READWRITE | flags, &store, err);

    if (answer < 0)
        return answer;
    store->leaves_others = leaves_others;
    answer = set_up(store, err);
    if (answer < 0 && err && !err->told)
        err->told = "the database can't be used: its operator finds the reason in the log";
    return store_hand_over(store, answer, ret_store);
}

int store_open(const char *path, struct store **ret_store, struct error *err)
{
    return open_to_write(path, SQLITE_OPEN_CREATE, false, ret_store, err);
}

int store_open_again(const char *path, struct store **ret_store, struct error *err)
{
    return open_to_write(path, 0, false, ret_store, err);
}

int store_init(const char *path, struct store **ret_store, struct error *err)
{
    return open_to_write(path, SQLITE_OPEN_CREATE, true, ret_store, err);
}

const char *store_cases_name(const struct store *store)
{
    return store->cases;
}

bool store_is_adrift(struct store *store)
{
    int has_moved = 0;

    /* One stat(). */
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < store->n_queries; i++)
        sqlite3_finalize(store->queries[i].query);
    sqlite3_close(store->db);
    cases_forget(store);
    free(store->path);
    free(store);
}
