/* database.h - a connection to an SQLite database: queries, transactions, and SQLite's errors in
 * words.
 *
 * A connection belongs to one thread at a time.  A function that changes something expects an open
 * transaction, unless it is one statement; the functions of the engine's tables open it.
 *
 * Room: a connection to SQLite: queries, transactions, errors.
 * May use: base, store/engine.
 * Used by: store/sqlite, store/sqlite/cases, store/sqlite/jobs. */
#pragma once

#include <sqlite3.h>

#include "store/engine/engine.h"

enum {
    QUERIES_MAX = 96, /* distinct texts a connection keeps prepared */
    STORE_VALUE_MAX =
        32 << 20, /* bytes; the longest text we write is a case of 200 long scenes, 13 MiB */
};

struct cases;
struct sqlite_member;

struct database {
    struct store_link link; /* first: what the engine's functions get */
    sqlite3 *handle;
    char *path;
    int n_queries;
    struct {
        const char *sql; /* the address is the key: every query is one constant */
        sqlite3_stmt *query;
    } queries[QUERIES_MAX];
    bool has_jobs;       /* it is the store of jobs */
    bool is_still;       /* without locks: it does not see what others write (reader.c) */
    struct cases *cases; /* NULL: no cases are read from here */
    const struct sqlite_member
        *member;          /* which process asks whether others are gone; NULL: none yet */
    int64_t data_version; /* as sqlite_news() saw it last */
};

static inline struct database *database_of(struct store_link *link)
{
    return (struct database *)link;
}

/* Connects, and does nothing else.  `path` is what messages call the file, `uri` what SQLite opens.
 */
int database_connect(
    const char *path, const char *uri, int flags, struct database **ret_db, struct error *err);
void database_close(struct database *db); /* takes NULL; `cases` are freed before */

/* The file was deleted, moved or replaced.  Costs one stat(). */
bool database_is_adrift(struct database *db);

/* --- transactions --- */

/* Takes the write lock.  -ERR_IO: the file is adrift. */
int transaction_begin(struct database *db, struct error *err);
int transaction_begin_read(struct database *db, struct error *err); /* all reads see one moment */
/* Commits if `rc` is 0 and rolls back otherwise; returns `rc`, or why the commit failed. */
int transaction_end(struct database *db, int rc, struct error *err);

/* --- errors --- */

/* The one place where SQLite's codes become ours: the connection's last error. */
int database_refuse(struct database *db, struct error *err);
/* Adds to an error that names the file what may be told to a stranger.  Returns `rc`. */
int database_refuse_as(struct error *err, const char *told, int rc);

/* --- queries --- */

struct value {
    enum { VALUE_END, VALUE_TEXT, VALUE_NUMBER, VALUE_REAL } kind;
    const char *text; /* NULL is SQL's NULL; must live until the query ends */
    int64_t number;
    double real;
};

static inline struct value value_text(const char *text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

static inline struct value value_number(int64_t number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

static inline struct value value_real(double real)
{
    return (struct value){.kind = VALUE_REAL, .real = real};
}

/* What ?1, ?2 … stand for. */
#define VALUES(...) ((const struct value[]){__VA_ARGS__, {.kind = VALUE_END}})

enum { QUERY_END, QUERY_ROW };

/* `sql` is one constant, prepared at its first use and kept.  `values` may be NULL. */
int query_start(struct database *db, const char *sql, const struct value *values,
    sqlite3_stmt **ret_query, struct error *err);
/* QUERY_ROW, or QUERY_END or an error, after which the query is ended. */
int query_row(struct database *db, sqlite3_stmt *query, struct error *err);
void query_end(sqlite3_stmt *query); /* for a query that is left before its last row */

/* A statement without rows. */
int query_run(struct database *db, const char *sql, const struct value *values, struct error *err);
/* Several statements, without values. */
int run_script(struct database *db, const char *sql, struct error *err);
/* The first column of the first row; STORE_E_NOT_FOUND: no row. */
int query_number(struct database *db, const char *sql, const struct value *values,
    int64_t *ret_number, struct error *err);

/* Valid until the query goes on; NULL for NULL. */
const char *column_text(sqlite3_stmt *query, int column);
/* A copy for the caller; NULL for NULL. */
char *column_copy(sqlite3_stmt *query, int column);
