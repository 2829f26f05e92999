/* test_config.c - settings: the name of the machine, and the folder that is its alone. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file.h"

static char folder[64], path[96];
static struct config config;
static struct error err;

static void start(void)
{
    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run", folder);
    clearenv();
}

static void stop(void)
{
    file_remove_folder(folder);
}

static void assert_refused(const char *part)
{
    ck_assert_int_eq(config_read(&config, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, part), "no \"%s\" in: %s", part, err.text);
}

static void assert_cores_file(const char *expected)
{
    char *file;

    ck_assert_int_eq(config_read(&config, &err), 0);
    file = config_cores_file(&config);
    ck_assert_str_eq(file, expected);
    free(file);
}

START_TEST(a_machine_is_called_as_its_host_unless_it_is_named)
{
    char host[65] = "";

    gethostname(host, sizeof host - 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_uint_eq(strlen(config.machine), strlen(host));
    setenv("CASECAST_MACHINE", "left-1.example_org", 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_str_eq(config.machine, "left-1.example_org");
}
END_TEST

START_TEST(ended_jobs_are_kept_for_a_time_or_for_ever)
{
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_int_eq(config.keep_ms, 30 * INT64_C(86400000));
    setenv("CASECAST_KEEP", "90min", 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_int_eq(config.keep_ms, 5400000);
    setenv("CASECAST_KEEP", "ever", 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_int_eq(config.keep_ms, 0);
    setenv("CASECAST_KEEP", "500ms", 1);
    assert_refused("CASECAST_KEEP=500ms: must be a time of at least 1s, as 30d, 12h or 90min");
}
END_TEST

START_TEST(a_name_that_a_table_or_a_metric_could_not_show_is_refused)
{
    char longer[80];

    setenv("CASECAST_MACHINE", "left hand", 1);
    assert_refused("CASECAST_MACHINE=left hand: must be");
    setenv("CASECAST_MACHINE", "left\"", 1);
    assert_refused("must be 1 to 64 letters");
    memset(longer, 'a', sizeof longer);
    longer[64] = '\0';
    setenv("CASECAST_MACHINE", longer, 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    longer[64] = 'a';
    longer[65] = '\0';
    setenv("CASECAST_MACHINE", longer, 1);
    assert_refused("must be 1 to 64 letters");
}
END_TEST

START_TEST(cores_are_shared_beside_a_file_and_in_a_folder_of_this_machine_beside_an_address)
{
    char expected[64];

    setenv("CASECAST_DB", "/var/lib/app.db", 1);
    assert_cores_file("/var/lib/app.db-cores");
    ck_assert_str_eq(config.run, "");
    setenv("CASECAST_DB", "postgresql://casecast@db/app", 1);
    snprintf(expected, sizeof expected, "/var/tmp/casecast-%u/cores", (unsigned)geteuid());
    assert_cores_file(expected);
    setenv("CASECAST_RUN", "/srv/run", 1);
    assert_cores_file("/srv/run/cores");
    setenv("CASECAST_DB", "/var/lib/app.db", 1);
    assert_cores_file("/srv/run/cores");
    unsetenv("CASECAST_RUN");
    setenv("CASECAST_CACHE", "s3://videos/cache", 1);
    assert_cores_file(expected);
}
END_TEST

START_TEST(the_folder_of_this_machine_is_made_for_this_user_alone)
{
    struct stat stat_;

    config = (struct config){.run = path};
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(config_make_run(&config, &err), 0);
    ck_assert_int_eq(stat(path, &stat_), 0);
    ck_assert_uint_eq(stat_.st_mode & 0777, 0700);
    config.run = "";
    ck_assert_int_eq(config_make_run(&config, &err), 0);
}
END_TEST

START_TEST(a_folder_that_can_not_be_made_is_named)
{
    config = (struct config){.run = "/proc/nowhere"};
    ck_assert_int_eq(config_make_run(&config, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_RUN: /proc/nowhere: "));
}
END_TEST

/* Whoever makes it first in a folder that all may write to could read and replace what lies in it.
 */
START_TEST(a_known_place_that_another_may_write_to_is_refused)
{
    ck_assert_int_eq(config_check_own_folder(folder, &err), 0);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    ck_assert_int_eq(config_check_own_folder(folder, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "nobody else may write to"));
    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert_int_eq(symlink(folder, path), 0);
    ck_assert_int_eq(config_check_own_folder(path, &err), -ERR_IO);
    ck_assert_int_eq(config_check_own_folder("/proc/nowhere", &err), -ERR_IO);
}
END_TEST

START_TEST(a_prefix_is_a_folder_of_the_site_and_that_of_the_videos_lies_below_it)
{
    static const char *const wrong[] = {"films", "/", "/films/", "//films", "/a b", "/a/../b",
        "/.films", "/our/media", "/f;", NULL};

    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_str_eq(config.prefix, "");
    ck_assert_str_eq(config.media_url, "/media/");
    setenv("CASECAST_PREFIX", "/our/films_2", 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_str_eq(config.media_url, "/our/films_2/media/");
    setenv("CASECAST_MEDIA_URL", "https://files.example.org/", 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_str_eq(config.media_url, "https://files.example.org/");
    for (int i = 0; wrong[i]; i++) {
        setenv("CASECAST_PREFIX", wrong[i], 1);
        assert_refused("must be a folder of the site");
    }
}
END_TEST

START_TEST(a_path_loses_the_prefix_and_no_part_of_a_folder)
{
    ck_assert_str_eq(config_below("/films", "/films/api/cases"), "/api/cases");
    ck_assert_str_eq(config_below("/films", "/filmsapi/cases"), "/filmsapi/cases");
    ck_assert_str_eq(config_below("/films", "/api/events"), "/api/events");
    ck_assert_str_eq(config_below("", "/api/events"), "/api/events");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *cases = tcase_create("config");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_test(cases, a_machine_is_called_as_its_host_unless_it_is_named);
    tcase_add_test(cases, ended_jobs_are_kept_for_a_time_or_for_ever);
    tcase_add_test(cases, a_name_that_a_table_or_a_metric_could_not_show_is_refused);
    tcase_add_test(
        cases, cores_are_shared_beside_a_file_and_in_a_folder_of_this_machine_beside_an_address);
    tcase_add_test(cases, the_folder_of_this_machine_is_made_for_this_user_alone);
    tcase_add_test(cases, a_folder_that_can_not_be_made_is_named);
    tcase_add_test(cases, a_known_place_that_another_may_write_to_is_refused);
    tcase_add_test(cases, a_prefix_is_a_folder_of_the_site_and_that_of_the_videos_lies_below_it);
    tcase_add_test(cases, a_path_loses_the_prefix_and_no_part_of_a_folder);
    suite_add_tcase(suite, cases);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
