/* store_probe.c - whether the database does what jobs need of it.
 *
 * A connection that has been open for long answers from its pages in memory, and SQLite believes
 * what the index of its log says: with a log that was cut, or a disk without room, both go on for a
 * while as if nothing had happened. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"

enum {
    CHECKED_PAGES = 2048,  /* 8 MiB: a database no larger is looked at whole */
    ROOM_BYTES = 64 << 10, /* a small job's input and events */
    /* The log's format: https://www.sqlite.org/fileformat2.html#walformat */
    LOG_HEADER = 32,
    LOG_SALT = 16, /* in the header */
    FRAME_HEADER = 24,
    FRAME_SALT = 8, /* in a frame's header */
    SALT_LEN = 8,
};

/* --- reading --- */

static int read_rows(struct store *store, struct error *err)
{
    int64_t number;
    int answer = query_number(store, store->case_count_sql, NULL, &number, err);

    if (answer != 0)
        return answer;
    return query_number(store,
        "SELECT (SELECT count(*) FROM casecast_jobs WHERE state IN ('queued', 'running'))"
        " + ifnull((SELECT max(position) FROM casecast_events), 0)",
        NULL, &number, err);
}

static int check_pages(struct store *store, struct error *err)
{
    int64_t n_pages = 0;
    sqlite3_stmt *row;
    int answer = query_number(store, "PRAGMA page_count", NULL, &n_pages, err);

    if (answer < 0 || n_pages > CHECKED_PAGES)
        return answer;
    answer = query_start(store, "PRAGMA quick_check(1)", NULL, &row, err);
    if (answer == 0)
        answer = query_row(store, row, err);
    if (answer != QUERY_ROW)
        return answer;
    if (strcmp((const char *)sqlite3_column_text(row, 0), "ok") == 0)
        answer = 0;
    else
        answer =
            error_set(err, ERR_IO, "%s is damaged (%s)", store->path, sqlite3_column_text(row, 0));
    query_end(row);
    return answer;
}

/* --- writing --- */

static int note_log_length(void *ctx, sqlite3 *db, const char *name, int n_frames)
{
    (void)db;
    (void)name;
    *(int *)ctx = n_frames;
    return SQLITE_OK;
}

/* Never the same twice: SQLite writes no page that stays as it is. */
static int write_note(struct store *store, struct error *err)
{
    char now[24];

    snprintf(now, sizeof now, "%lld", (long long)clock_monotonic_ns());
    return query_run(store,
        "INSERT OR REPLACE INTO casecast_meta(name, value) VALUES ('probed', ?1)",
        VALUES(value_text(now)), err);
}

/* `*ret_n_frames`: how long the log is by its index; 0: there is none. */
static int try_write(struct store *store, int *ret_n_frames, struct error *err)
{
    int answer = transaction_begin(store, err);

    *ret_n_frames = 0;
    if (answer < 0)
        return answer;
    sqlite3_wal_hook(store->db, note_log_length, ret_n_frames);
    answer = transaction_end(store, write_note(store, err), err);
    sqlite3_wal_autocheckpoint(store->db, 1000); /* SQLite's own, whose place the hook took */
    return answer;
}

/* --- the log --- */

static bool read_salt(int fd, int64_t at, char ret_salt[static SALT_LEN])
{
    return pread(fd, ret_salt, SALT_LEN, at) == SALT_LEN;
}

/* The first frame that is not of this log, from 1; 0: all are. */
static int find_lost(int fd, const char salt[static SALT_LEN], int n_frames, int64_t page_len)
{
    for (int i = 0; i < n_frames; i++) {
        char found[SALT_LEN];

        if (!read_salt(fd, LOG_HEADER + i * (FRAME_HEADER + page_len) + FRAME_SALT, found) ||
            memcmp(found, salt, SALT_LEN) != 0)
            return i + 1;
    }
    return 0;
}

/* A log that was cut grows again behind its hole.  One that began anew meanwhile, as all of it had
 * reached the database, is whole.  (No lock lies on this file: closing it gives none up.) */
static int check_log(struct store *store, int n_frames, struct error *err)
{
    const char *path = sqlite3_filename_wal(sqlite3_db_filename(store->db, "main"));
    char salt[SALT_LEN] = {0}, after[SALT_LEN] = {0};
    int64_t page_len = 0;
    int fd, lost, answer = query_number(store, "PRAGMA page_size", NULL, &page_len, err);

    if (answer != 0 || n_frames == 0)
        return answer;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    read_salt(fd, LOG_SALT, salt);
    lost = find_lost(fd, salt, n_frames, page_len);
    if (lost && read_salt(fd, LOG_SALT, after) && memcmp(salt, after, SALT_LEN) != 0)
        lost = 0;
    close(fd);
    if (!lost)
        return 0;
    return error_set(err, ERR_IO,
        "%s was cut: frame %d of %d is gone; stop casecast and take the last backup", path, lost,
        n_frames);
}

/* A write into a part of the log that is used again succeeds on a full disk, too. */
static int check_room(struct store *store, struct error *err)
{
    const char *path = sqlite3_db_filename(store->db, "main"), *slash = strrchr(path, '/');
    char *folder = mem_copy_n(path, slash ? (size_t)(slash - path) + 1 : 0);
    struct statvfs disk;
    int answer = 0;

    if (statvfs(folder, &disk) < 0)
        answer = error_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    else if ((geteuid() ? disk.f_bavail : disk.f_bfree) * disk.f_frsize < ROOM_BYTES)
        answer = error_set(err, ERR_IO, "%s: disk full", store->path);
    free(folder);
    return answer;
}

int store_probe(struct store *store, struct error *err)
{
    int n_frames, answer = read_rows(store, err);

    if (answer == 0)
        answer = check_pages(store, err);
    if (answer == 0)
        answer = try_write(store, &n_frames, err);
    if (answer == 0)
        answer = check_log(store, n_frames, err);
    return answer == 0 ? check_room(store, err) : answer;
}
