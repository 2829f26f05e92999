/* test_program_files.c - the folders of a program's runs: fcgi/kind/program_files.h.  (What viewers
 * see of them: the flow programs.) */
#include "kind/program_files.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"

static char output[64];
static struct config config;
static struct program_files first, second;

static void set_up(void)
{
    digest_init();
    strcpy(output, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(output));
    config = (struct config){.output = output, .media_url = "/media/", .secret_key = ""};
}

static void tear_down(void)
{
    program_files_end(&first);
    program_files_end(&second);
    file_remove_folder(output);
}

static struct job job_of(const char *id, int64_t run)
{
    struct job job = {.run = run, .key = "key"};

    strcpy(job.id, id);
    return job;
}

static void begin(struct program_files *files, const char *id, int64_t run)
{
    struct job job = job_of(id, run);
    struct error err;

    ck_assert_msg(program_files_begin(files, &config, &job, 0, 0, &err) == 0, "%s", err.text);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

START_TEST(a_run_removes_what_the_run_before_it_left)
{
    begin(&first, "job", 1);
    ck_assert_int_eq(mkdir(first.shown, 0755), 0);
    begin(&second, "job", 2);
    ck_assert(!is_there(first.hidden));
    ck_assert(!is_there(first.shown));
    ck_assert(is_there(second.hidden));
}
END_TEST

/* Its process was stopped before it began with its files. */
START_TEST(a_run_that_comes_late_leaves_the_files_of_the_later_run)
{
    begin(&second, "job", 2);
    ck_assert_int_eq(mkdir(second.shown, 0755), 0);
    begin(&first, "job", 1);
    ck_assert(is_there(second.hidden));
    ck_assert(is_there(second.shown));
    ck_assert_str_ne(first.shown, second.shown);
    ck_assert_str_ne(first.url, second.url);
}
END_TEST

START_TEST(a_job_that_ended_in_vain_takes_the_files_of_its_runs_alone)
{
    struct job job = job_of("job", 2);

    begin(&first, "job", 2);
    begin(&second, "other", 1);
    program_files_clear(&config, &job);
    ck_assert(!is_there(first.hidden));
    ck_assert(is_there(second.hidden));
}
END_TEST

START_TEST(the_files_of_a_done_job_are_those_of_its_run)
{
    struct job job = job_of("job", 3);

    begin(&first, "job", 3);
    ck_assert(!program_files_are_there(&config, &job));
    ck_assert_int_eq(rename(first.hidden, first.shown), 0);
    ck_assert(program_files_are_there(&config, &job));
    ck_assert_str_eq(first.url, "/media/key/job-3/");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("program_files");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_add_checked_fixture(facts, set_up, tear_down);
    tcase_add_test(facts, a_run_removes_what_the_run_before_it_left);
    tcase_add_test(facts, a_run_that_comes_late_leaves_the_files_of_the_later_run);
    tcase_add_test(facts, a_job_that_ended_in_vain_takes_the_files_of_its_runs_alone);
    tcase_add_test(facts, the_files_of_a_done_job_are_those_of_its_run);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
