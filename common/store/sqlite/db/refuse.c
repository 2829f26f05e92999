/* refuse.c - SQLite's errors in words. */
#include <string.h>

#include "store/sqlite/db/database.h"

/* For clients: without the name of the file. */
static const char *refuse_told(int code)
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
        return "the file is no database: its operator finds the reason in the log";
    case SQLITE_CORRUPT:
        return "the database is damaged";
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return "the database can't be read or written";
    default:
        return "the database reports an error: its operator finds the reason in the log";
    }
}

static int refuse_text(const char *path, sqlite3 *db, struct error *err)
{
    switch (sqlite3_errcode(db)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* other connections held the log's index at each try */
        return error_set(err, ERR_BUSY, "%s: the database is locked by another program", path);
    case SQLITE_READONLY:
        if (sqlite3_extended_errcode(db) == SQLITE_READONLY_ROLLBACK)
            return error_set(err, ERR_IO,
                "%s: a program died while it wrote to it: open it with that program, or with "
                "`casecast init`, which undoes the unfinished change",
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

static int refuse_with(const char *path, sqlite3 *db, struct error *err)
{
    int rc = refuse_text(path, db, err);

    if (err)
        err->public_text = refuse_told(sqlite3_errcode(db));
    return rc;
}

int database_refuse_as(struct error *err, const char *told, int rc)
{
    if (err)
        err->public_text = told;
    return rc;
}

int database_refuse(struct database *db, struct error *err)
{
    return refuse_with(db->path, db->handle, err);
}
