/* member.c - the processes that run jobs: a row each in casecast_members, and a lock.
 *
 * A job counts the processes that died of it, so it must be known that a process is gone, not
 * guessed from its silence: a member holds a lock on a byte of its own in the file
 * <database>-members. The kernel releases the lock when the process is gone, by whatever death, and
 * when its machine is; not when the process sleeps, hangs, or has its clock set.  Process numbers
 * would say less: they mean nothing in another container.
 *
 * The lease is for members that live and do nothing.  It ends at a time of CLOCK_MONOTONIC, which
 * all processes of a boot share and nobody sets; after another boot no lock is left. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sqlite/jobs/jobs_private.h"

struct member *sqlite_member_new(const char *path, const struct member_info *info)
{
    struct sqlite_member *member = mem_new(struct sqlite_member);

    member->path = mem_format("%s-members", path);
    member->info = *info;
    member->fd = -1;
    return &member->member;
}

void sqlite_member_free(struct member *base)
{
    struct sqlite_member *member = member_of(base);

    if (member->fd >= 0)
        close(member->fd);
    free(member->path);
    free(member);
}

/* --- the lock that proves its life --- */

/* The member's byte is a digest (FNV-1a) of its name.  Names are random: two digests don't meet. */
static struct flock member_flock(const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)(hash >> 2), .l_len = 1};
}

static int member_refuse(const struct sqlite_member *member, struct error *err)
{
    return error_set(err, ERR_IO, "%s: %s", member->path, strerror(errno));
}

/* A deleted file is made anew, as other processes look for the lock by its name. */
int member_lock(struct sqlite_member *member, struct error *err)
{
    struct flock lock = member_flock(member->member.name);
    struct stat stat;

    if (member->fd >= 0 && fstat(member->fd, &stat) == 0 && stat.st_nlink)
        return 0;
    if (member->fd >= 0)
        close(member->fd);
    member->fd = open(member->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (member->fd < 0)
        return member_refuse(member, err);
    return fcntl(member->fd, F_OFD_SETLK, &lock) < 0 ? member_refuse(member, err) : 0;
}

bool member_is_gone(int members_fd, const char *name)
{
    struct flock lock = member_flock(name);

    return fcntl(members_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

/* The kernel does not report a lock to the descriptor that holds it. */
static bool member_is_other_gone(const struct sqlite_member *looker, const char *name)
{
    return strcmp(name, looker->member.name) != 0 && member_is_gone(looker->fd, name);
}

static void member_sql_is_gone(sqlite3_context *context, int n, sqlite3_value **values)
{
    const struct database *db = sqlite3_user_data(context);
    const char *name = (const char *)sqlite3_value_text(values[0]);

    (void)n;
    sqlite3_result_int(context, name && db->member && member_is_other_gone(db->member, name));
}

int jobs_prepare(struct database *db, struct error *err)
{
    if (sqlite3_create_function_v2(db->handle, "casecast_is_gone", 1,
            SQLITE_UTF8 | SQLITE_DIRECTONLY, db, member_sql_is_gone, NULL, NULL, NULL) != SQLITE_OK)
        return database_refuse(db, err);
    return 0;
}

/* --- its row --- */

int member_write(struct database *db, const struct sqlite_member *member, struct error *err)
{
    const struct member_info *info = &member->info;

    return query_run(db,
        "INSERT INTO casecast_members(name, machine, engine, slots, leased_until_ms, kinds)"
        " VALUES (?1, ifnull(?2, ''), ifnull(?3, ''), ?4, ?5, ifnull(?6, ''))"
        " ON CONFLICT(name) DO UPDATE SET leased_until_ms = ?5, kinds = ifnull(?6, '')",
        VALUES(value_text(member->member.name), value_text(info->machine), value_text(info->engine),
            value_number(info->slots), value_number(clock_monotonic_ms() + info->lease_ms),
            value_text(member->member.able)),
        err);
}

int member_forget_gone(struct database *db, const struct sqlite_member *looker, struct error *err)
{
    return query_run(db,
        "DELETE FROM casecast_members WHERE name <> ?1 AND casecast_is_gone(name) AND name NOT IN"
        " (SELECT owner FROM casecast_jobs WHERE state = 'running' AND owner IS NOT NULL)",
        VALUES(value_text(looker->member.name)), err);
}

int sqlite_member_renew(struct store_link *link, const struct member *base, struct error *err)
{
    struct database *db = database_of(link);
    struct sqlite_member *member = member_of(base);
    int rc = member_lock(member, err);

    db->member = member;
    if (rc == 0)
        rc = transaction_begin(db, err);
    if (rc < 0)
        return rc;
    rc = member_write(db, member, err);
    if (rc == 0)
        rc = member_forget_gone(db, member, err);
    return transaction_end(db, rc, err);
}

int sqlite_member_stop(struct store_link *link, const struct member *base, struct error *err)
{
    struct database *db = database_of(link);
    struct sqlite_member *member = member_of(base);

    return query_run(db, "UPDATE casecast_members SET is_stopping = 1 WHERE name = ?1",
        VALUES(value_text(member->member.name)), err);
}

int sqlite_member_release(struct store_link *link, const struct member *base, struct error *err)
{
    struct database *db = database_of(link);
    struct sqlite_member *member = member_of(base);
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    rc = query_run(db,
        "UPDATE casecast_jobs SET state = 'queued', owner = NULL"
        " WHERE owner = ?1 AND state = 'running'",
        VALUES(value_text(member->member.name)), err);
    if (rc == 0)
        rc = query_run(db, "DELETE FROM casecast_audiences WHERE member = ?1",
            VALUES(value_text(member->member.name)), err);
    if (rc == 0)
        rc = query_run(db, "DELETE FROM casecast_members WHERE name = ?1",
            VALUES(value_text(member->member.name)), err);
    return transaction_end(db, rc, err);
}

/* --- who is there --- */

int member_open_locks(const struct database *db)
{
    char *path = mem_format("%s-members", db->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    free(path);
    return fd;
}

/* A member without jobs renews no lease. */
static const char member_each_sql[] =
    "SELECT name, machine, engine, kinds, slots, is_stopping,"
    " iif(EXISTS (SELECT 1 FROM casecast_jobs WHERE state = 'running' AND owner = name),"
    "  max(?1 - leased_until_ms, 0), 0)"
    " FROM casecast_members ORDER BY machine, name";

int sqlite_member_each(struct store_link *link,
    void (*each)(void *ctx, const struct member_row *row), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    sqlite3_stmt *row;
    int fd = member_open_locks(db), rc;

    rc = query_start(db, member_each_sql, VALUES(value_number(clock_monotonic_ms())), &row, err);
    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        each(ctx, &(struct member_row){.name = column_text(row, 0),
                      .machine = column_text(row, 1),
                      .engine = column_text(row, 2),
                      .kinds = column_text(row, 3),
                      .slots = sqlite3_column_int(row, 4),
                      .is_stopping = sqlite3_column_int(row, 5),
                      .silent_ms = sqlite3_column_int64(row, 6),
                      .is_gone = member_is_gone(fd, column_text(row, 0))});
        rc = 0;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}
