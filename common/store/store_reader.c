/* store_reader.c - opening a database to look at it, without a change to it or beside it.
 *
 * Of a file in WAL mode SQLite makes a log and the log's index even for one who only reads, and
 * leaves them there.  So it is told more: where nobody has the file open, it is read as a file that
 * nobody changes; and where a log was left behind without its index, the index is made in memory
 * (the one kind of connection for which SQLite does that is an exclusive one, here without locks).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/store_private.h"

enum { TRIES = 5 }; /* as often may somebody come or go while we open it */

enum way {
    WAY_SHARED,    /* with locks, among others: sees what they commit */
    WAY_IMMUTABLE, /* no log, no locks */
    WAY_LOG,       /* a log, no locks */
};

static const char *const ways[] = {[WAY_SHARED] = "?mode=ro",
    [WAY_IMMUTABLE] = "?mode=ro&immutable=1",
    [WAY_LOG] = "?mode=ro&vfs=unix-none"};

/* https://www.sqlite.org/uri.html */
static char *uri_of(const char *path, enum way way)
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

static int connect_by(
    const char *path, const char *real, enum way way, struct store **ret_store, struct error *err)
{
    char *uri = uri_of(real, way);
    int answer = store_connect(path, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, ret_store, err);

    free(uri);
    return answer;
}

/* --- which way --- */

/* -1: no such file. */
static int64_t size_of(const char *path, const char *suffix)
{
    char *whole = mem_format("%s%s", path, suffix);
    struct stat file;
    int64_t size = stat(whole, &file) < 0 ? -1 : file.st_size;

    free(whole);
    return size;
}

/* Does its header say so (https://www.sqlite.org/fileformat2.html, 1.3)?  Read through SQLite: if
 * this process has the file open elsewhere, a close() of our own would give up its locks. */
static bool is_in_wal_mode(const char *path, const char *real)
{
    enum { READ_VERSION_AT = 19, READ_VERSION_WAL = 2 };
    struct store *store;
    sqlite3_file *file;
    uint8_t version = 0;

    if (connect_by(path, real, WAY_IMMUTABLE, &store, NULL) < 0)
        return false;
    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
        file->pMethods->xRead(file, &version, 1, READ_VERSION_AT);
    store_close(store);
    return version == READ_VERSION_WAL;
}

/* Whoever works on a file in WAL mode has its log and the index open. */
static enum way find_way(const char *path, const char *real)
{
    int64_t log_len = size_of(real, "-wal");

    if (log_len >= 0 && size_of(real, "-shm") >= 0)
        return WAY_SHARED;
    if (is_in_wal_mode(path, real))
        return log_len > 0 ? WAY_LOG : WAY_IMMUTABLE;
    return log_len >= 0 ? WAY_LOG : WAY_SHARED;
}

/* --- opening --- */

static int set_up(struct store *store, enum way way, enum store_part part, struct error *err)
{
    int answer = 0;

    /* The last one to close would otherwise clear the log away. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (way == WAY_LOG)
        answer = run_script(store, "PRAGMA locking_mode = EXCLUSIVE", err);
    return answer == 0 ? schema_find(store, part, err) : answer;
}

static int open_by(const char *path, const char *real, enum way way, enum store_part part,
    struct store **ret_store, struct error *err)
{
    struct store *store;
    int answer = connect_by(path, real, way, &store, err);

    return answer == 0 ? store_hand_over(store, set_up(store, way, part, err), ret_store) : answer;
}

/* A server that starts while we open changes the way that is right. */
static int open_real(const char *path, const char *real, enum store_part part,
    struct store **ret_store, struct error *err)
{
    for (int i = 0; i < TRIES; i++) {
        enum way way = find_way(path, real);
        struct store *store = NULL;
        int answer = open_by(path, real, way, part, &store, err);

        if (find_way(path, real) == way)
            return answer == 0 ? store_hand_over(store, 0, ret_store) : answer;
        store_close(store);
    }
    return error_set(err, ERR_BUSY, "%s: programs open and close it all the time; try again", path);
}

int store_open_to_read(
    const char *path, enum store_part part, struct store **ret_store, struct error *err)
{
    char *real = realpath(path, NULL); /* SQLite puts the log beside the file, not beside a link */
    int answer = real ? open_real(path, real, part, ret_store, err)
                      : error_set(err, ERR_IO, "%s: %s", path, strerror(errno));

    free(real);
    return answer;
}
