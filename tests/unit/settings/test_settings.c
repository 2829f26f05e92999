/* test_settings.c - the file of settings: what it may say, who may write to it, and that the
 * environment wins. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "settings/settings.h"

static char folder[64], path[96];
static struct config config;
static struct error err;

static void start(void)
{
    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/casecast.conf", folder);
    clearenv();
    setenv("CASECAST_CONFIG", path, 1);
}

static void stop(void)
{
    file_remove_folder(folder);
}

static void write_bytes(const char *text, size_t len)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    fclose(file);
    chmod(path, 0644);
}

static void write_text(const char *text)
{
    write_bytes(text, strlen(text));
}

static size_t index_of(const char *name)
{
    size_t i = 0;

    while (strcmp(config_name(i), name) != 0)
        i++;
    return i;
}

static void assert_taken(void)
{
    int rc = settings_read(&config, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
}

static void assert_refused(int rc, const char *text)
{
    ck_assert_int_eq(settings_read(&config, &err), rc);
    ck_assert_msg(strstr(err.text, text), "no \"%s\" in: %s", text, err.text);
}

START_TEST(settings_are_lines_with_comments_between_them)
{
    write_text("\xEF\xBB\xBF# of the clinic\n"
               "\n"
               "CASECAST_DB=/var/lib/casecast/casecast.db\r\n"
               "  CASECAST_SLOTS = 3\n"
               "\t# CASECAST_LOG=nowhere\n"
               "CASECAST_KINDS=\"/srv/my kinds #1\"\n"
               "CASECAST_ORIGINS=\n"
               "CASECAST_LOG='syslog'");
    assert_taken();
    ck_assert_str_eq(config.database, "/var/lib/casecast/casecast.db");
    ck_assert_str_eq(config.cases, config.database);
    ck_assert_int_eq(config.slots, 3);
    ck_assert_str_eq(config.kinds, "/srv/my kinds #1");
    ck_assert_str_eq(config.origins, "");
    ck_assert_str_eq(config.log, "syslog");
    ck_assert_str_eq(settings_path(), path);
    ck_assert_int_eq(settings_line(index_of("CASECAST_SLOTS")), 4);
    ck_assert_int_eq(settings_line(index_of("CASECAST_KEEP")), 0);
}
END_TEST

START_TEST(the_environment_wins)
{
    write_text("CASECAST_SLOTS=3\nCASECAST_MACHINE=left\n");
    setenv("CASECAST_SLOTS", "5", 1);
    setenv("CASECAST_MACHINE", "", 1); /* as if it were not set */
    assert_taken();
    ck_assert_int_eq(config.slots, 5);
    ck_assert_int_eq(settings_line(index_of("CASECAST_SLOTS")), 0);
    ck_assert_str_eq(config.machine, "left");
    ck_assert_int_eq(settings_line(index_of("CASECAST_MACHINE")), 2);
}
END_TEST

START_TEST(a_file_that_is_read_again_is_forgotten_before)
{
    write_text("CASECAST_SLOTS=3\n");
    assert_taken();
    write_text("CASECAST_LOG=syslog\n");
    setenv("CASECAST_SLOTS", "7", 1);
    assert_taken();
    ck_assert_int_eq(config.slots, 7);
    unsetenv("CASECAST_SLOTS");
    setenv("CASECAST_CONFIG", "/dev/null", 1);
    assert_taken();
    ck_assert_int_ne(config.slots, 3);
    ck_assert_str_eq(config.log, "stderr");
    ck_assert_ptr_null(settings_path());
}
END_TEST

static const struct {
    const char *text, *complaint;
} wrong[] = {
    {"\n\nCASECAST_SLOT=3\n",
        ":3: CASECAST_SLOT: there is no such setting (did you mean CASECAST_SLOTS?)"},
    {"PATH=/bin\n", ":1: PATH: there is no such setting"},
    {"export CASECAST_SLOTS=3\n", ":1: export CASECAST_SLOTS: there is no such setting"},
    {"CASECAST_SLOTS\n", ":1: must be NAME=value, or begin with #"},
    {"=3\n", ":1: : there is no such setting"},
    {"# a\nCASECAST_SLOTS=many\n", ":2: CASECAST_SLOTS=many: must be a whole number from 1 to 256"},
    {"CASECAST_LOG=file\n", ":1: CASECAST_LOG=file: must be stderr or syslog"},
    {"CASECAST_SLOTS=3\n\nCASECAST_SLOTS=4\n", ":3: CASECAST_SLOTS: is set in line 1 already"},
    {"CASECAST_SLOTS=3 # three\n", ":1: CASECAST_SLOTS: a comment must stand on a line of its own"},
    {"CASECAST_KINDS=\"/srv/kinds\n",
        ":1: CASECAST_KINDS: a value that begins with a quote must end"},
    {"CASECAST_KINDS=\"/srv\" # kinds\n", ":1: CASECAST_KINDS: a value that begins with a quote"},
    {"CASECAST_KINDS='", ":1: CASECAST_KINDS: a value that begins with a quote"},
    {"CASECAST_DB=casecast.db\n",
        ":1: CASECAST_DB: in a file of settings a path must begin with /"},
    {"CASECAST_DB=host=db password=word@\n", ":1: CASECAST_DB: in a file of settings a path must"},
    {"CASECAST_MACHINE=\"a\x01\"\n", ":1: CASECAST_MACHINE: the value must hold no control"},
    {"CASECAST_MACHINE=\xff\n", ": must be text in UTF-8"},
    {"CASECAST_SECRET_KEY=sixteen letters long\n",
        ":1: CASECAST_SECRET_KEY: is a secret, and every"},
    {"CASECAST_DB=postgresql://me:word@db/app\n", ":1: CASECAST_DB: is a secret"},
    {"CASECAST_DB=postgresql://db/app?user=me&password=word\n", ":1: CASECAST_DB: is a secret"},
};

START_TEST(a_mistake_is_told_with_file_and_line)
{
    char complaint[200];

    write_text(wrong[_i].text);
    snprintf(complaint, sizeof complaint, "%s%s", path, wrong[_i].complaint);
    assert_refused(-ERR_INPUT, complaint);
    ck_assert_ptr_null(strstr(err.text, "word@"));
    ck_assert_ptr_null(strstr(err.text, "sixteen"));
}
END_TEST

START_TEST(a_mistake_of_the_environment_is_not_blamed_on_the_file)
{
    write_text("CASECAST_SLOTS=3\n");
    setenv("CASECAST_SLOTS", "many", 1);
    assert_refused(-ERR_INPUT, "CASECAST_SLOTS=many");
    ck_assert_ptr_null(strstr(err.text, path));
}
END_TEST

START_TEST(a_secret_is_taken_where_not_everybody_reads)
{
    write_text(
        "CASECAST_SECRET_KEY=sixteen letters long\nCASECAST_DB=postgresql://me:word@db/app\n");
    chmod(path, 0640);
    assert_taken();
    ck_assert_str_eq(config.secret_key, "sixteen letters long");
    /* no password, nothing to hide */
    write_text(
        "CASECAST_DB=postgresql://me@db:5432/app\nCASECAST_S3_ENDPOINT=http://s3:7480/a@b\n");
    assert_taken();
}
END_TEST

START_TEST(what_is_no_file_of_settings_is_refused)
{
    char *huge = calloc(1, 70000);

    assert_refused(-ERR_IO, "CASECAST_CONFIG: ");
    ck_assert_int_eq(mkdir(path, 0755), 0);
    assert_refused(-ERR_INPUT, ": must be a regular file");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    assert_refused(-ERR_INPUT, ": must be a regular file");
    ck_assert_int_eq(unlink(path), 0);
    memset(huge, '#', 69999);
    write_text(huge);
    assert_refused(-ERR_INPUT, ": has 69999 bytes; settings may have 65536");
    write_bytes("# a\0b", 5);
    assert_refused(-ERR_INPUT, ": must be text in UTF-8");
    free(huge);
}
END_TEST

START_TEST(root_takes_nothing_from_a_file_that_others_may_write_to)
{
    if (geteuid() != 0)
        return;
    write_text("CASECAST_SLOTS=3\n");
    chmod(path, 0664);
    assert_refused(-ERR_INPUT, ": others than root may write to it, so root does not use it");
    chmod(path, 0646);
    assert_refused(-ERR_INPUT, "others than root may write");
    chmod(path, 0644);
    assert_taken();
    ck_assert_int_eq(chown(path, 65534, 0), 0);
    assert_refused(-ERR_INPUT, "others than root may write");
    chmod(folder, 0755);
    ck_assert_int_eq(seteuid(65534), 0); /* others than root may use it */
    assert_taken();
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tests = tcase_create("settings");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, settings_are_lines_with_comments_between_them);
    tcase_add_test(tests, the_environment_wins);
    tcase_add_test(tests, a_file_that_is_read_again_is_forgotten_before);
    tcase_add_loop_test(
        tests, a_mistake_is_told_with_file_and_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tests, a_mistake_of_the_environment_is_not_blamed_on_the_file);
    tcase_add_test(tests, a_secret_is_taken_where_not_everybody_reads);
    tcase_add_test(tests, what_is_no_file_of_settings_is_refused);
    tcase_add_test(tests, root_takes_nothing_from_a_file_that_others_may_write_to);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
