/* test_store_probe.c - a database that can't do what jobs need is told from one that can. */
#include <fcntl.h>
#include <sys/stat.h>

#include "unit/store/store_kit.h"

/* As an operator's question is answered: on a connection of its own, while another is at work. */
static int probe(void)
{
    struct store *store = NULL;
    int answer = store_open_again(kit_path, kit_path, &store, &kit_error);

    if (answer == 0)
        answer = store_probe(store, &kit_error);
    store_close(store);
    return answer;
}

static const char *beside(const char *suffix)
{
    static char path[200];

    snprintf(path, sizeof path, "%s%s", kit_path, suffix);
    return path;
}

static int64_t size_of(const char *path)
{
    struct stat stat_;

    ck_assert_int_eq(stat(path, &stat_), 0);
    return stat_.st_size;
}

START_TEST(a_good_one_passes_again_and_again)
{
    for (int i = 0; i < 3; i++) {
        assert_done(probe());
        kit_job(i == 1 ? "a" : "b");
    }
}
END_TEST

START_TEST(a_probe_changes_nothing_that_anybody_reads)
{
    int64_t before, after;

    kit_job("a");
    assert_done(query_number(kit_database(kit_store),
        "SELECT value FROM casecast_meta WHERE name = 'schema'", NULL, &before, &kit_error));
    assert_done(probe());
    assert_done(query_number(kit_database(kit_store),
        "SELECT value FROM casecast_meta WHERE name = 'schema'", NULL, &after, &kit_error));
    ck_assert_int_eq(before, after);
}
END_TEST

/* SQLite's index of the log still names what is gone. */
START_TEST(a_log_that_was_cut_is_found)
{
    static const int kept_percent[] = {0, 5, 50, 90};
    int64_t len;

    kit_job("a");
    kit_job("b");
    assert_done(probe());
    len = size_of(beside("-wal"));
    ck_assert_int_eq(truncate(beside("-wal"), len * kept_percent[_i] / 100), 0);
    ck_assert_int_lt(probe(), 0);
}
END_TEST

/* Others go on writing behind the hole. */
START_TEST(a_log_that_was_cut_and_has_grown_again_is_found)
{
    kit_job("a");
    ck_assert_int_eq(truncate(beside("-wal"), size_of(beside("-wal")) / 2), 0);
    for (int i = 0; i < 20; i++)
        store_member_renew(kit_store, kit_member("me"), &kit_error);
    ck_assert_int_lt(probe(), 0);
}
END_TEST

START_TEST(a_database_of_other_bytes_is_found)
{
    static const struct {
        int at, len;
    } flips[] = {{0, 100}, {4096, 4096}, {3 * 4096, 64}, {0, 0}};
    int64_t len = flips[_i].len;
    int fd;

    kit_job("a");
    kit_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    fd = open(kit_path, O_RDWR);
    if (!len)
        len = size_of(kit_path);
    for (int i = flips[_i].at; i < flips[_i].at + len; i++) {
        unsigned char byte;

        ck_assert_int_eq(pread(fd, &byte, 1, i), 1);
        byte ^= 0xff;
        ck_assert_int_eq(pwrite(fd, &byte, 1, i), 1);
    }
    close(fd);
    ck_assert_int_lt(probe(), 0);
}
END_TEST

START_TEST(a_deleted_one_is_found_and_not_made_again)
{
    ck_assert_int_eq(unlink(kit_path), 0);
    ck_assert(store_is_adrift(kit_store));
    ck_assert_int_eq(probe(), -ERR_IO);
    ck_assert_int_lt(access(kit_path, F_OK), 0);
}
END_TEST

START_TEST(nobody_writes_into_a_deleted_moved_or_replaced_one)
{
    char away[200];
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;

    ck_assert(!store_is_adrift(kit_store));
    snprintf(away, sizeof away, "%s.away", kit_path);
    if (_i == 0)
        unlink(kit_path);
    else
        rename(kit_path, away);
    if (_i == 2)
        close(open(kit_path, O_CREAT | O_WRONLY, 0644));
    assert_says(
        store_job_open(kit_store, &request, &job, &is_new, &kit_error), ERR_IO, "was deleted or");
}
END_TEST

int main(void)
{
    static const TTest *tests[4];
    size_t n = 0;

    tests[n++] = a_good_one_passes_again_and_again;
    tests[n++] = a_probe_changes_nothing_that_anybody_reads;
    tests[n++] = a_log_that_was_cut_and_has_grown_again_is_found;
    tests[n++] = a_deleted_one_is_found_and_not_made_again;
    return kit_main_loops("store_probe", tests, n,
        (const struct kit_loop[]){{a_log_that_was_cut_is_found, 4},
            {a_database_of_other_bytes_is_found, 4},
            {nobody_writes_into_a_deleted_moved_or_replaced_one, 3}},
        3, kit_start);
}
