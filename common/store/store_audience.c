/* store_audience.c - who watches a job, in all processes: a row for each that has viewers of it.
 *
 * A process writes its own rows, when they change.  Those of a process that is gone
 * (store_member.c) count no more. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store_private.h"

enum { HALF = (WATCHER_LEN - 1) / 2 /* characters: of the address, and of the viewer's name */ };

static int write_one(struct store *store, const struct member *member,
    const struct audience *audience, struct error *err)
{
    int answer = query_run(store,
        "DELETE FROM casecast_audiences WHERE job_id = ?1 AND (member = ?2 OR "
        "casecast_is_gone(member))",
        VALUES(value_text(audience->job_id), value_text(member->name)), err);

    if (answer < 0 || audience->n == 0)
        return answer;
    return query_run(store,
        "INSERT INTO casecast_audiences(job_id, member, n, who) SELECT id, ?2, ?3, ?4"
        " FROM casecast_jobs WHERE id = ?1 AND state IN ('queued', 'running')",
        VALUES(value_text(audience->job_id), value_text(member->name), value_number(audience->n),
            value_text(audience->who)),
        err);
}

int store_audiences_write(struct store *store, struct member *member,
    const struct audience *audiences, size_t n, struct error *err)
{
    int answer = member_lock(member, err);

    store->member = member;
    if (answer == 0)
        answer = transaction_begin(store, err);
    if (answer < 0)
        return answer;
    for (size_t i = 0; answer == 0 && i < n; i++)
        answer = write_one(store, member, &audiences[i], err);
    return transaction_end(store, answer, err);
}

/* --- how many others --- */

struct count {
    int all, own;
    bool is_cut; /* not all are listed */
};

/* Whoever gave its streams a name is found by it; else one stream from the same address is taken to
 * be the asker's. */
static void count_listed(struct count *count, const char *who, const char *watcher)
{
    bool is_named = strcmp(watcher + HALF + 1, WATCHER_UNNAMED) != 0;

    for (; strlen(who) >= WATCHER_LEN; who += WATCHER_LEN + (who[WATCHER_LEN] == ' '))
        if (is_named)
            count->own += memcmp(who + HALF + 1, watcher + HALF + 1, HALF) == 0;
        else if (memcmp(who, watcher, HALF) == 0)
            count->own = 1;
}

static int count_rows(struct store *store, int members_fd, const char *id, const char *watcher,
    struct count *ret_count, struct error *err)
{
    sqlite3_stmt *row;
    int answer =
        query_start(store, "SELECT member, n, who FROM casecast_audiences WHERE job_id = ?1",
            VALUES(value_text(id)), &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        int n = sqlite3_column_int(row, 1);

        answer = 0;
        if (member_is_gone(members_fd, column_text(row, 0)))
            continue;
        ret_count->all += n;
        ret_count->is_cut |= n > AUDIENCE_LISTED;
        count_listed(ret_count, column_text(row, 2), watcher);
    }
    return answer;
}

int store_audience_others(
    struct store *store, const char *id, const char *watcher, int *ret_others, struct error *err)
{
    char *path = mem_format("%s-members", store->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct count count = {0};
    int answer = count_rows(store, fd, id, watcher, &count, err);

    if (fd >= 0)
        close(fd);
    free(path);
    if (answer < 0)
        return answer;
    if (count.own == 0 && count.is_cut && strcmp(watcher + HALF + 1, WATCHER_UNNAMED) != 0)
        count.own = 1;
    *ret_others = count.all > count.own ? count.all - count.own : 0;
    return 0;
}
