/* test_outdir.c - files in the making, and what is left of them: common/video/outdir.h. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "media.h"
#include "video/outdir.h"

static char *folder;
static struct outdir dir;
static struct error err;

static void set_up(void)
{
    digest_init();
    folder = media_folder();
    ck_assert_int_eq(outdir_open(folder, &dir, &err), 0);
}

static void tear_down(void)
{
    outdir_close(&dir);
    media_folder_remove(folder);
}

static int count_files(void)
{
    DIR *list = opendir(folder);
    int n = 0;

    for (struct dirent *entry; (entry = readdir(list));)
        n += entry->d_type == DT_REG;
    closedir(list);
    return n;
}

/* A writer that ends in the middle of its file, as a killed process does. */
static void die_writing(void)
{
    pid_t pid = fork();
    struct partial partial;

    if (pid == 0)
        _exit(outdir_begin(&dir, "final.mp4", &partial, &err) == 0 ? 0 : 1);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(what_a_dead_writer_left_is_swept)
{
    die_writing();
    die_writing();
    ck_assert_int_eq(count_files(), 2);
    outdir_sweep(&dir);
    ck_assert_int_eq(count_files(), 0);
}
END_TEST

START_TEST(the_file_of_a_living_writer_stays_and_gets_its_name)
{
    struct partial partial;

    ck_assert_int_eq(outdir_begin(&dir, "final.mp4", &partial, &err), 0);
    outdir_sweep(&dir);
    ck_assert_int_eq(count_files(), 1);
    ck_assert_int_eq(outdir_keep(&dir, &partial, "final.mp4", &err), 0);
    ck_assert_int_eq(faccessat(dir.fd, "final.mp4", R_OK, 0), 0);
    ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(a_sweep_takes_nothing_that_has_its_name)
{
    ck_assert_int_eq(outdir_write(&dir, "final.mp4", "whole", 5, &err), 0);
    ck_assert_int_eq(outdir_write(&dir, "a.part", "whole", 5, &err), 0);
    ck_assert_int_eq(outdir_write(&dir, ".hidden", "whole", 5, &err), 0);
    outdir_sweep(&dir);
    ck_assert_int_eq(count_files(), 3);
}
END_TEST

START_TEST(a_dropped_file_is_gone)
{
    struct partial partial;

    ck_assert_int_eq(outdir_begin(&dir, "final.mp4", &partial, &err), 0);
    outdir_drop(&dir, &partial);
    outdir_drop(&dir, &partial);
    ck_assert_int_eq(count_files(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outdir");
    TCase *tests = tcase_create("outdir");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_a_dead_writer_left_is_swept);
    tcase_add_test(tests, the_file_of_a_living_writer_stays_and_gets_its_name);
    tcase_add_test(tests, a_sweep_takes_nothing_that_has_its_name);
    tcase_add_test(tests, a_dropped_file_is_gone);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
