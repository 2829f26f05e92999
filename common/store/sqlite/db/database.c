/* database.c - connecting, and transactions. */
#include "store/sqlite/db/database.h"

#include <stdlib.h>

#include "base/mem.h"

int database_connect(
    const char *path, const char *uri, int flags, struct database **ret_db, struct error *err)
{
    struct database *db = mem_new(struct database);
    int rc = 0;

    db->path = mem_copy(path);
    /* NOMUTEX: a connection belongs to one thread at a time. */
    if (sqlite3_open_v2(uri, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        rc = database_refuse(db, err);
        database_close(db);
        return rc;
    }
    sqlite3_extended_result_codes(db->handle, 0);
    sqlite3_busy_timeout(db->handle, STORE_WAIT_MS);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, STORE_VALUE_MAX);
    *ret_db = db;
    return 0;
}

void database_close(struct database *db)
{
    if (!db)
        return;
    for (int i = 0; i < db->n_queries; i++)
        sqlite3_finalize(db->queries[i].query);
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

bool database_is_adrift(struct database *db)
{
    int has_moved = 0;

    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved;
}

/* --- transactions --- */

/* IMMEDIATE: a transaction that begins as a reader can be refused at its first write. */
int transaction_begin(struct database *db, struct error *err)
{
    if (database_is_adrift(db))
        return database_refuse_as(err, "the database was deleted or replaced",
            error_set(err, ERR_IO, "%s was deleted or replaced while it was open", db->path));
    return query_run(db, "BEGIN IMMEDIATE", NULL, err);
}

int transaction_begin_read(struct database *db, struct error *err)
{
    return query_run(db, "BEGIN", NULL, err);
}

int transaction_end(struct database *db, int rc, struct error *err)
{
    if (rc == 0)
        rc = query_run(db, "COMMIT", NULL, err);
    /* SQLite has rolled back itself after some failures (a full disk). */
    if (rc != 0 && !sqlite3_get_autocommit(db->handle))
        query_run(db, "ROLLBACK", NULL, NULL);
    return rc;
}
