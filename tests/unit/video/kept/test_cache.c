/* test_cache.c - cache entries: common/video/kept/cache.h. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "media.h"
#include "video/kept/cache.h"

enum { LIMIT = 1 << 20 };

static char *folder;
static struct cache cache;
static struct error err;

static void set_up(void)
{
    digest_init();
    folder = media_folder();
    ck_assert_int_eq(cache_open(folder, LIMIT, &cache, &err), 0);
}

static void tear_down(void)
{
    cache_close(&cache);
    media_folder_remove(folder);
}

static const char *name_of(int number)
{
    static char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    digest_add_number(&digest, number);
    digest_hex(&digest, hex);
    return hex;
}

static bool finds(int number, const char *text)
{
    struct buf found = {0};
    bool is_there = cache_find(&cache, name_of(number), &found);

    if (is_there)
        ck_assert_str_eq(found.data, text);
    buf_free(&found);
    return is_there;
}

static bool is_there(struct cache *in, int number)
{
    struct buf found = {0};
    bool is = cache_find(in, name_of(number), &found);

    buf_free(&found);
    return is;
}

static void keep_text(int number, const char *text)
{
    cache_put(&cache, name_of(number), text, strlen(text));
}

static char *path_of(int number)
{
    return mem_format("%s/%s", folder, name_of(number));
}

START_TEST(an_entry_is_found_under_its_digest_alone)
{
    ck_assert(!finds(1, ""));
    keep_text(1, "one");
    keep_text(2, "");
    ck_assert(finds(1, "one"));
    ck_assert(finds(2, ""));
    ck_assert(!finds(3, ""));
    keep_text(1, "one again");
    ck_assert(finds(1, "one again"));
}
END_TEST

static void note_damaged(void *ctx, const char *name)
{
    ck_assert_str_eq(name, name_of(1));
    ++*(int *)ctx;
}

static int check_finds(void)
{
    int n_damaged = 0;

    ck_assert_int_eq(cache_check(folder, note_damaged, &n_damaged, &err), 1);
    return n_damaged;
}

START_TEST(a_damaged_entry_is_not_found_and_is_removed)
{
    const char *text = "a text that is long enough to be damaged at many places";
    char *path = path_of(1);
    struct stat stat_;
    off_t size;

    keep_text(1, text);
    ck_assert_int_eq(stat(path, &stat_), 0);
    size = stat_.st_size;
    ck_assert_int_eq(check_finds(), 0);
    for (off_t at = 0; at < size; at++) {
        int fd = open(path, O_RDWR);
        char byte;

        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 0x40;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
        ck_assert_int_eq(check_finds(), 1);
        ck_assert(!finds(1, text));
        ck_assert_int_eq(access(path, F_OK), -1);
        keep_text(1, text);
    }
    for (off_t len = 0; len < size; len++) {
        ck_assert_int_eq(truncate(path, len), 0);
        ck_assert_int_eq(check_finds(), 1);
        ck_assert(!finds(1, text));
        keep_text(1, text);
    }
    ck_assert(finds(1, text));
    free(path);
}
END_TEST

START_TEST(a_renamed_entry_is_not_found)
{
    char *from, *to;

    keep_text(1, "one");
    from = path_of(1);
    to = path_of(2);
    ck_assert_int_eq(rename(from, to), 0);
    ck_assert(!finds(2, "one"));
    free(from);
    free(to);
}
END_TEST

static int64_t bytes_in_folder(void)
{
    struct dirent **found;
    int64_t bytes = 0;
    int n = scandir(folder, &found, NULL, NULL);

    for (int i = 0; i < n; i++) {
        char *path = mem_format("%s/%s", folder, found[i]->d_name);
        struct stat stat_;

        if (lstat(path, &stat_) == 0 && S_ISREG(stat_.st_mode))
            bytes += stat_.st_size;
        free(path);
        free(found[i]);
    }
    free(found);
    return bytes;
}

static void set_used(int number, time_t when)
{
    struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
    char *path = path_of(number);

    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

/* In place of the C library's: fails with this number, unless it is 0. */
static int no_locks;

int flock(int fd, int operation)
{
    if (!no_locks)
        return (int)syscall(SYS_flock, fd, operation);
    errno = no_locks;
    return -1;
}

/* Locks that work, and three ways of a shared folder to say that it has none. */
static const int lock_errors[] = {0, ENOLCK, EOPNOTSUPP, ENOSYS};

START_TEST(the_least_recently_used_entry_is_removed_first)
{
    static char data[LIMIT / 16];
    const int n = 40;

    no_locks = lock_errors[_i];
    for (int i = 0; i < 10; i++) {
        cache_put(&cache, name_of(i), data, sizeof data);
        set_used(i, 1000 + i);
    }
    ck_assert(is_there(&cache, 0)); /* sets the time of last use */
    for (int i = 10; i < n; i++)
        cache_put(&cache, name_of(i), data, sizeof data);
    ck_assert_int_le(bytes_in_folder(), LIMIT + LIMIT / 8);
    ck_assert(!is_there(&cache, 1));
    ck_assert(is_there(&cache, n - 1));
}
END_TEST

START_TEST(while_another_process_prunes_nothing_is_removed)
{
    static char data[LIMIT / 16];

    no_locks = EWOULDBLOCK;
    for (int i = 0; i < 20; i++)
        cache_put(&cache, name_of(i), data, sizeof data);
    ck_assert(is_there(&cache, 0));
    ck_assert(is_there(&cache, 19));
}
END_TEST

START_TEST(an_entry_larger_than_its_share_is_not_stored)
{
    static char data[LIMIT];

    cache_put(&cache, name_of(1), data, sizeof data);
    ck_assert(!finds(1, ""));
    ck_assert_int_lt(bytes_in_folder(), 1000);
}
END_TEST

START_TEST(temporary_files_of_a_killed_process_are_removed_when_they_are_old)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 9}, {.tv_sec = 9}};
    char *old = mem_format("%s/0123456789abcdef.xyz.part", folder);
    char *young = mem_format("%s/fedcba9876543210.xyz.part", folder);

    media_write(folder, "0123456789abcdef.xyz.part", "half", 4);
    media_write(folder, "fedcba9876543210.xyz.part", "half", 4);
    ck_assert_int_eq(utimensat(AT_FDCWD, old, long_ago, 0), 0);
    cache_close(&cache);
    ck_assert_int_eq(cache_open(folder, LIMIT, &cache, &err), 0);
    ck_assert_int_eq(access(old, F_OK), -1);
    ck_assert_int_eq(access(young, F_OK), 0);
    free(old);
    free(young);
}
END_TEST

/* Several processes keep, find and prune at once; an entry that is found is complete. */
static void worker(int seed)
{
    struct cache own;

    if (cache_open(folder, LIMIT, &own, &err) < 0)
        _exit(2);
    for (int i = 0; i < 400; i++) {
        int number = (seed * 7 + i * 13) % 60;
        struct buf found = {0};
        size_t len = 1000 + (size_t)number * 700;
        char *data = mem_zero(1, len);

        memset(data, number, len);
        if (!cache_find(&own, name_of(number), &found))
            cache_put(&own, name_of(number), data, len);
        else if (found.len != len || memcmp(found.data, data, len) != 0)
            _exit(3);
        buf_free(&found);
        free(data);
    }
    cache_close(&own);
    _exit(0);
}

START_TEST(several_processes_share_it)
{
    enum { N = 4 };
    pid_t pids[N];

    for (int i = 0; i < N; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            worker(i);
    }
    for (int i = 0; i < N; i++) {
        int status;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_int_le(bytes_in_folder(), LIMIT + LIMIT / 4);
}
END_TEST

START_TEST(without_a_folder_nothing_is_kept)
{
    struct cache none;

    ck_assert_int_eq(cache_open(NULL, LIMIT, &none, &err), 0);
    cache_put(&none, name_of(1), "x", 1);
    ck_assert(!is_there(&none, 1));
    cache_close(&none);
}
END_TEST

START_TEST(a_folder_that_cannot_be_created_is_named)
{
    struct cache none;
    char *path = mem_format("%s/nowhere/cache", folder);

    ck_assert_int_eq(cache_open(path, LIMIT, &none, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_int_eq(cache_check(path, note_damaged, NULL, &err), 0); /* and makes none */
    cache_put(&none, name_of(1), "x", 1);
    ck_assert(!is_there(&none, 1));
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, an_entry_is_found_under_its_digest_alone);
    tcase_add_test(tc, a_damaged_entry_is_not_found_and_is_removed);
    tcase_add_test(tc, a_renamed_entry_is_not_found);
    tcase_add_loop_test(tc, the_least_recently_used_entry_is_removed_first, 0,
        sizeof lock_errors / sizeof *lock_errors);
    tcase_add_test(tc, while_another_process_prunes_nothing_is_removed);
    tcase_add_test(tc, an_entry_larger_than_its_share_is_not_stored);
    tcase_add_test(tc, temporary_files_of_a_killed_process_are_removed_when_they_are_old);
    tcase_add_test(tc, several_processes_share_it);
    tcase_add_test(tc, without_a_folder_nothing_is_kept);
    tcase_add_test(tc, a_folder_that_cannot_be_created_is_named);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
