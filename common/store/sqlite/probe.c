/* probe.c - whether the database does what jobs need of it.
 *
 * A connection that has been open for long answers from its pages in memory, and SQLite believes
 * what the index of its log says: with a log that was cut, or on a full disk, both
 * work for a while without an error. */
#include "store/sqlite/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/sqlite/cases/cases.h"
#include "store/sqlite/db/database.h"

enum {
    CHECKED_PAGES = 2048,  /* 8 MiB: a database up to this size is checked whole */
    ROOM_BYTES = 64 << 10, /* enough for a small job's input and events */
    /* The log's format: https://www.sqlite.org/fileformat2.html#walformat */
    LOG_HEADER = 32,
    LOG_SALT = 16, /* in the header */
    FRAME_HEADER = 24,
    FRAME_SALT = 8, /* in a frame's header */
    SALT_LEN = 8,
};

/* --- reading --- */

static int probe_read_rows(struct database *db, struct error *err)
{
    int64_t number;

    return query_number(db,
        "SELECT (SELECT count(*) FROM casecast_jobs WHERE state IN ('queued', 'running'))"
        " + ifnull((SELECT max(position) FROM casecast_events), 0)",
        NULL, &number, err);
}

/* `pragma`: SQLite's own check, which says "ok" or what is wrong. */
static int probe_ask_sqlite(struct database *db, const char *pragma, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, pragma, NULL, &row, err);

    if (rc == 0)
        rc = query_row(db, row, err);
    if (rc != QUERY_ROW)
        return rc;
    if (strcmp((const char *)sqlite3_column_text(row, 0), "ok") == 0)
        rc = 0;
    else
        rc = error_set(err, ERR_IO, "%s is damaged (%s)", db->path, sqlite3_column_text(row, 0));
    query_end(row);
    return rc;
}

static int probe_check_pages(struct database *db, struct error *err)
{
    int64_t n_pages = 0;
    int rc = query_number(db, "PRAGMA page_count", NULL, &n_pages, err);

    return rc < 0 || n_pages > CHECKED_PAGES ? rc
                                             : probe_ask_sqlite(db, "PRAGMA quick_check(1)", err);
}

int sqlite_read_whole(struct store_link *link, char **ret_told, struct error *err)
{
    struct database *db = database_of(link);
    int64_t n_pages = 0;
    int rc = query_number(db, "PRAGMA page_count", NULL, &n_pages, err);

    if (rc == 0)
        rc = probe_ask_sqlite(db, "PRAGMA integrity_check(1)", err);
    if (rc == 0)
        *ret_told =
            mem_format("%lld pages, all rows and indexes are whole (SQLite keeps no sums: a "
                       "letter of a text may be another one)",
                (long long)n_pages);
    return rc;
}

/* --- writing --- */

static int probe_note_log_length(void *ctx, sqlite3 *db, const char *name, int n_frames)
{
    (void)db;
    (void)name;
    *(int *)ctx = n_frames;
    return SQLITE_OK;
}

/* The value differs at each call, as SQLite writes no page that did not change. */
static int probe_write_note(struct database *db, struct error *err)
{
    char now[24];

    snprintf(now, sizeof now, "%lld", (long long)clock_monotonic_ns());
    return query_run(db, "INSERT OR REPLACE INTO casecast_meta(name, value) VALUES ('probed', ?1)",
        VALUES(value_text(now)), err);
}

/* `*ret_n_frames`: the length of the log by its index; 0: there is no log. */
static int probe_write(struct database *db, int *ret_n_frames, struct error *err)
{
    int rc = transaction_begin(db, err);

    *ret_n_frames = 0;
    if (rc < 0)
        return rc;
    sqlite3_wal_hook(db->handle, probe_note_log_length, ret_n_frames);
    rc = transaction_end(db, probe_write_note(db, err), err);
    sqlite3_wal_autocheckpoint(db->handle, 1000); /* SQLite's own hook again */
    return rc;
}

/* --- the log --- */

static bool probe_read_salt(int fd, int64_t at, char ret_salt[static SALT_LEN])
{
    return file_read_at(fd, ret_salt, SALT_LEN, at) == SALT_LEN;
}

/* The number, from 1, of the first frame that does not belong to this log; 0: all do. */
static int probe_find_lost(int fd, const char salt[static SALT_LEN], int n_frames, int64_t page_len)
{
    for (int i = 0; i < n_frames; i++) {
        char found[SALT_LEN];

        if (!probe_read_salt(fd, LOG_HEADER + i * (FRAME_HEADER + page_len) + FRAME_SALT, found) ||
            memcmp(found, salt, SALT_LEN) != 0)
            return i + 1;
    }
    return 0;
}

/* A log that was cut grows again behind its hole.  A log that began anew during the check, since
 * all of it had reached the database, is whole.  (No lock lies on this file, so closing it releases
 * none.) */
static int probe_check_log(struct database *db, int n_frames, struct error *err)
{
    const char *path = sqlite3_filename_wal(sqlite3_db_filename(db->handle, "main"));
    char salt[SALT_LEN] = {0}, after[SALT_LEN] = {0};
    int64_t page_len = 0;
    int fd, lost, rc = query_number(db, "PRAGMA page_size", NULL, &page_len, err);

    if (rc != 0 || n_frames == 0)
        return rc;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    probe_read_salt(fd, LOG_SALT, salt);
    lost = probe_find_lost(fd, salt, n_frames, page_len);
    if (lost && probe_read_salt(fd, LOG_SALT, after) && memcmp(salt, after, SALT_LEN) != 0)
        lost = 0;
    close(fd);
    if (!lost)
        return 0;
    return error_set(err, ERR_IO,
        "%s was cut: frame %d of %d is gone; stop casecast and take the last backup", path, lost,
        n_frames);
}

/* A write into a reused part of the log succeeds on a full disk, too. */
static int probe_check_room(struct database *db, struct error *err)
{
    const char *path = sqlite3_db_filename(db->handle, "main"), *slash = strrchr(path, '/');
    char *folder = mem_copy_n(path, slash ? (size_t)(slash - path) + 1 : 0);
    struct statvfs disk;
    int rc = 0;

    if (statvfs(folder, &disk) < 0)
        rc = error_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    else if ((geteuid() ? disk.f_bavail : disk.f_bfree) * disk.f_frsize < ROOM_BYTES)
        rc = error_set(err, ERR_IO, "%s: disk full", db->path);
    free(folder);
    return rc;
}

static int probe_jobs(struct database *db, struct error *err)
{
    int n_frames, rc = probe_read_rows(db, err);

    if (rc == 0)
        rc = probe_check_pages(db, err);
    if (rc == 0)
        rc = probe_write(db, &n_frames, err);
    if (rc == 0)
        rc = probe_check_log(db, n_frames, err);
    return rc == 0 ? probe_check_room(db, err) : rc;
}

/* Cases are only read: their file may belong to others. */
int sqlite_probe(struct store_link *link, struct error *err)
{
    struct database *db = database_of(link);
    int rc = db->cases ? cases_try(db, err) : 0;

    return rc == 0 && db->has_jobs ? probe_jobs(db, err) : rc;
}

/* --- without opening it --- */

/* SQLite creates its log beside the file, so the folder must be writable, too. */
static int probe_check_writable(const char *path, struct error *err)
{
    char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
    int rc = real ? faccessat(AT_FDCWD, real, W_OK, AT_EACCESS) : -1;

    if (rc == 0) {
        *slash = '\0';
        rc = faccessat(AT_FDCWD, *real ? real : "/", W_OK | X_OK, AT_EACCESS);
    }
    if (rc < 0)
        rc = error_set(err, ERR_IO, "%s or its folder can't be written: %s", path, strerror(errno));
    free(real);
    return rc;
}

int sqlite_examine(const char *path,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err)
{
    int rc = probe_check_writable(path, err);
    char *text;

    if (rc < 0)
        return rc;
    text = mem_format("%s can be read and written", path);
    tell(ctx, STORE_FOUND, "database", text);
    free(text);
    return 0;
}
