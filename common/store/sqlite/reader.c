/* reader.c - opening a database to read it, without a change to it or beside it.
 *
 * For a file in WAL mode SQLite makes a log and the log's index even for a reader, and leaves them
 * there.  So a file that no program has open is opened as immutable.  Where a log was left behind
 * without its index, the connection is exclusive, but without locks: then SQLite makes the index in
 * memory.  Both see nothing that others write later (store_is_cut()). */
#include "store/sqlite/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/sqlite/cases/cases.h"
#include "store/sqlite/schema.h"

enum { TRIES = 5 }; /* programs may open or close the file so often while we open it */

enum way {
    WAY_SHARED,    /* locks: sees what other connections commit */
    WAY_IMMUTABLE, /* no log, no locks */
    WAY_LOG,       /* a log, no locks */
};

static const char *const ways[] = {[WAY_SHARED] = "?mode=ro",
    [WAY_IMMUTABLE] = "?mode=ro&immutable=1",
    [WAY_LOG] = "?mode=ro&vfs=unix-none"};

/* https://www.sqlite.org/uri.html */
static char *reader_uri(const char *path, enum way way)
{
    struct buf uri = {0};

    buf_add_text(&uri, "file://");
    for (const char *c = path; *c; c++)
        if (*c == '?' || *c == '#' || *c == '%')
            buf_format(&uri, "%%%02X", (unsigned char)*c);
        else
            buf_add(&uri, c, 1);
    buf_add_text(&uri, ways[way]);
    return uri.data;
}

static int reader_connect(
    const char *path, const char *real, enum way way, struct database **ret_db, struct error *err)
{
    char *uri = reader_uri(real, way);
    int rc = database_connect(path, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, ret_db, err);

    free(uri);
    return rc;
}

/* --- which way --- */

/* -1: no such file. */
static int64_t reader_size(const char *path, const char *suffix)
{
    char *whole = mem_format("%s%s", path, suffix);
    struct stat file;
    int64_t size = stat(whole, &file) < 0 ? -1 : file.st_size;

    free(whole);
    return size;
}

/* By the file's header (https://www.sqlite.org/fileformat2.html, 1.3).  Read through SQLite: if
 * this process has the file open elsewhere, a close() of our own would release its locks. */
static bool reader_is_in_wal_mode(const char *path, const char *real)
{
    enum { READ_VERSION_AT = 19, READ_VERSION_WAL = 2 };
    struct database *db;
    sqlite3_file *file;
    uint8_t version = 0;

    if (reader_connect(path, real, WAY_IMMUTABLE, &db, NULL) < 0)
        return false;
    if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
        file->pMethods->xRead(file, &version, 1, READ_VERSION_AT);
    database_close(db);
    return version == READ_VERSION_WAL;
}

/* Log and index are there while a program works on a file in WAL mode. */
static enum way reader_find_way(const char *path, const char *real)
{
    int64_t log_len = reader_size(real, "-wal");

    if (log_len >= 0 && reader_size(real, "-shm") >= 0)
        return WAY_SHARED;
    if (reader_is_in_wal_mode(path, real))
        return log_len > 0 ? WAY_LOG : WAY_IMMUTABLE;
    return log_len >= 0 ? WAY_LOG : WAY_SHARED;
}

/* --- opening --- */

static int reader_set_up(struct database *db, enum way way, unsigned parts, struct error *err)
{
    int rc = 0;

    db->is_still = way != WAY_SHARED;
    /* Otherwise the last connection to close would delete the log. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (way == WAY_LOG)
        rc = run_script(db, "PRAGMA locking_mode = EXCLUSIVE", err);
    return rc == 0 ? schema_find(db, parts, err) : rc;
}

static void reader_close(struct database *db)
{
    cases_free(db->cases);
    database_close(db);
}

static int reader_open_by(const char *path, const char *real, enum way way, unsigned parts,
    struct database **ret_db, struct error *err)
{
    int rc = reader_connect(path, real, way, ret_db, err);

    if (rc < 0)
        return rc;
    if (parts & STORE_CASES)
        (*ret_db)->cases = cases_new(false);
    rc = reader_set_up(*ret_db, way, parts, err);
    if (rc < 0)
        reader_close(*ret_db);
    return rc;
}

/* A server that starts meanwhile changes which way is right. */
static int reader_open_real(
    const char *path, const char *real, unsigned parts, struct database **ret_db, struct error *err)
{
    for (int i = 0; i < TRIES; i++) {
        enum way way = reader_find_way(path, real);
        int rc = reader_open_by(path, real, way, parts, ret_db, err);

        if (reader_find_way(path, real) == way)
            return rc;
        if (rc == 0)
            reader_close(*ret_db);
    }
    return error_set(
        err, ERR_BUSY, "%s: other programs opened or closed it at each try; try again", path);
}

int reader_open(const char *path, unsigned parts, struct database **ret_db, struct error *err)
{
    char *real = realpath(path, NULL); /* SQLite puts the log beside the file, not beside a link */
    int rc = real ? reader_open_real(path, real, parts, ret_db, err)
                  : error_set(err, ERR_IO, "%s: %s", path, strerror(errno));

    free(real);
    return rc;
}
