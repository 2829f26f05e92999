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

/* --- bits that have changed --- */

enum { FLIPS = 120 /* places, over the whole file */ };

static char damaged[200];

static void copy_file(const char *from, const char *to)
{
    struct buf data = {0};
    char block[4096];
    size_t n;
    FILE *file = fopen(from, "r");

    ck_assert_ptr_nonnull(file);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&data, block, n);
    fclose(file);
    file = fopen(to, "w");
    ck_assert_uint_eq(fwrite(data.data, 1, data.len, file), data.len);
    fclose(file);
    buf_free(&data);
}

/* The database and its log as they are now, with one bit of one of them changed. */
static void make_damaged(const char *suffix, int64_t at, int bit)
{
    char copy[220], byte;
    int fd;

    snprintf(damaged, sizeof damaged, "%s/damaged.db", kit_folder);
    snprintf(copy, sizeof copy, "%s-shm", damaged);
    unlink(copy);
    snprintf(copy, sizeof copy, "%s-wal", damaged);
    copy_file(kit_path, damaged);
    copy_file(beside("-wal"), copy);
    snprintf(copy, sizeof copy, "%s%s", damaged, suffix);
    fd = open(copy, O_RDWR);
    ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
    byte = (char)(byte ^ (1 << bit));
    ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void note_key(void *ctx, const struct job *job)
{
    buf_format(ctx, "%s ", job->key);
}

/* All that `casecast check --deep` and `casecast jobs` read; the caller frees `ret_keys`. */
static int read_damaged(struct buf *ret_keys)
{
    struct store *store = NULL;
    char *told = NULL;
    int answer = store_open_again(damaged, damaged, &store, &kit_error);

    *ret_keys = (struct buf){0};
    buf_add_text(ret_keys, "");
    if (answer == 0)
        answer = store_read_whole(store, &told, &kit_error);
    if (answer == 0)
        answer = store_job_each(
            store, &(struct job_filter){.most = 100}, note_key, ret_keys, &kit_error);
    free(told);
    store_close(store);
    return answer;
}

static void add_jobs(int n)
{
    char key[8];

    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof key, "%c", 'a' + i);
        kit_job(key);
    }
}

/* SQLite keeps no sum of a page, so a letter of a text may be another one: that is not looked at.
 */
START_TEST(a_file_with_a_changed_bit_is_read_or_refused_by_its_name)
{
    int n_refused = 0;
    int64_t size;

    add_jobs(20);
    kit_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    kit_job("z"); /* so that there is a log */
    size = size_of(kit_path);
    for (int i = 0; i < FLIPS; i++) {
        struct buf keys;
        int answer;

        make_damaged("", i * size / FLIPS + i % 16, i % 8);
        answer = read_damaged(&keys);
        n_refused += answer < 0;
        ck_assert_msg(answer == 0 || strstr(kit_error.text, "damaged.db"), "byte %d: %s",
            (int)(i * size / FLIPS), kit_error.text);
        buf_free(&keys);
    }
    ck_assert_int_gt(n_refused, 0);
}
END_TEST

/* The log has sums: what stands behind a changed bit was never committed. */
START_TEST(a_log_with_a_changed_bit_gives_what_was_committed_before)
{
    struct buf all, keys;
    int n_fewer = 0;
    int64_t size;

    kit_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    add_jobs(20);
    size = size_of(beside("-wal"));
    make_damaged("-wal", size - 1, 0); /* of the last frame */
    ck_assert_int_eq(read_damaged(&all), 0);
    for (int i = 0; i < FLIPS; i++) {
        int answer;

        make_damaged("-wal", i * size / FLIPS, i % 8);
        answer = read_damaged(&keys);
        ck_assert_msg(answer == 0, "byte %d: %s", (int)(i * size / FLIPS), kit_error.text);
        /* newest first: the rest of the list */
        ck_assert_msg(keys.len <= all.len && strcmp(all.data + all.len - keys.len, keys.data) == 0,
            "byte %d: %s", (int)(i * size / FLIPS), keys.data);
        n_fewer += keys.len < all.len;
        buf_free(&keys);
    }
    ck_assert_int_gt(n_fewer, FLIPS / 2);
    buf_free(&all);
}
END_TEST

int main(void)
{
    static const TTest *tests[6];
    size_t n = 0;

    tests[n++] = a_good_one_passes_again_and_again;
    tests[n++] = a_probe_changes_nothing_that_anybody_reads;
    tests[n++] = a_log_that_was_cut_and_has_grown_again_is_found;
    tests[n++] = a_deleted_one_is_found_and_not_made_again;
    tests[n++] = a_file_with_a_changed_bit_is_read_or_refused_by_its_name;
    tests[n++] = a_log_with_a_changed_bit_gives_what_was_committed_before;
    return kit_main_loops("store_probe", tests, n,
        (const struct kit_loop[]){{a_log_that_was_cut_is_found, 4},
            {a_database_of_other_bytes_is_found, 4},
            {nobody_writes_into_a_deleted_moved_or_replaced_one, 3}},
        3, kit_start);
}
