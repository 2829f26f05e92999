/* query.c - prepared queries, kept by the connection. */
#include <assert.h>

#include "base/mem.h"
#include "store/sqlite/db/database.h"

static int query_find(
    struct database *db, const char *sql, sqlite3_stmt **ret_query, struct error *err)
{
    for (int i = 0; i < db->n_queries; i++)
        if (db->queries[i].sql == sql) {
            *ret_query = db->queries[i].query;
            return 0;
        }
    assert(db->n_queries < QUERIES_MAX);
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_query, NULL) !=
        SQLITE_OK)
        return database_refuse(db, err);
    db->queries[db->n_queries].sql = sql;
    db->queries[db->n_queries++].query = *ret_query;
    return 0;
}

static int query_bind(sqlite3_stmt *query, int at, const struct value *value)
{
    if (value->kind == VALUE_TEXT)
        return sqlite3_bind_text(query, at, value->text, -1, SQLITE_STATIC);
    if (value->kind == VALUE_REAL)
        return sqlite3_bind_double(query, at, value->real);
    return sqlite3_bind_int64(query, at, value->number);
}

int query_start(struct database *db, const char *sql, const struct value *values,
    sqlite3_stmt **ret_query, struct error *err)
{
    sqlite3_stmt *query;
    int rc = query_find(db, sql, &query, err);

    if (rc < 0)
        return rc;
    for (int i = 0; values && values[i].kind != VALUE_END; i++) {
        if (query_bind(query, i + 1, &values[i]) != SQLITE_OK)
            return database_refuse(db, err);
    }
    *ret_query = query;
    return 0;
}

int query_row(struct database *db, sqlite3_stmt *query, struct error *err)
{
    int step = sqlite3_step(query), rc = QUERY_END;

    if (step == SQLITE_ROW)
        return QUERY_ROW;
    if (step != SQLITE_DONE)
        rc = database_refuse(db, err);
    query_end(query);
    return rc;
}

void query_end(sqlite3_stmt *query)
{
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
}

int query_run(struct database *db, const char *sql, const struct value *values, struct error *err)
{
    sqlite3_stmt *query;
    int rc = query_start(db, sql, values, &query, err);

    return rc < 0 ? rc : query_row(db, query, err);
}

int run_script(struct database *db, const char *sql, struct error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                        : database_refuse(db, err);
}

int query_number(struct database *db, const char *sql, const struct value *values,
    int64_t *ret_number, struct error *err)
{
    sqlite3_stmt *query;
    int rc = query_start(db, sql, values, &query, err);

    if (rc == 0)
        rc = query_row(db, query, err);
    if (rc == QUERY_ROW) {
        *ret_number = sqlite3_column_int64(query, 0);
        query_end(query);
        return 0;
    }
    return rc < 0 ? rc : STORE_E_NOT_FOUND;
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
