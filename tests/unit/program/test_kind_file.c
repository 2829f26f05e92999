/* test_kind_file.c - kinds that are files: what they may say, and which mistakes are told. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "program/kind_file.h"

static struct kind_file file;
static struct error err;

static int parse(const char *text)
{
    return kind_file_parse("/etc/kinds/report.kind", text, strlen(text), &file, &err);
}

static void assert_refused(const char *text, const char *part)
{
    ck_assert_int_eq(parse(text), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, part), "no \"%s\" in: %s", part, err.text);
    ck_assert_msg(strncmp(err.text, "/etc/kinds/report.kind: ", 24) == 0, "%s", err.text);
}

START_TEST(two_keys_make_a_kind)
{
    ck_assert_int_eq(parse("[Kind]\nSubject=reportId\nCommand=./report.py\n"), 0);
    ck_assert_str_eq(file.name, "report");
    ck_assert_str_eq(file.folder, "/etc/kinds");
    ck_assert_str_eq(file.subject_name, "report");
    ck_assert_str_eq(file.example, "7");
    ck_assert_str_eq(file.argv[0], "./report.py");
    ck_assert_ptr_null(file.argv[1]);
    ck_assert_int_eq(file.same, SAME_SUBJECT);
    ck_assert_int_eq(file.timeout_ms + file.quiet_ms + file.memory + file.nice + file.retry, 0);
    ck_assert_int_eq(file.retry_after_ms, 2000);
    ck_assert(kind_file_takes(&file, "A-7_b"));
    ck_assert(!kind_file_takes(&file, "../7") && !kind_file_takes(&file, "7\n"));
    ck_assert(!kind_file_takes(&file, "\xff"));
    kind_file_clear(&file);
}
END_TEST

START_TEST(a_webhook_is_kept_with_its_lines)
{
    ck_assert_int_eq(parse("[Kind]\nSubject=reportId\nCommand=x\n\nWebhookEvents=end page\n"
                           "# where to\nWebhook=https://a.example/?b=c\n"),
        0);
    ck_assert_str_eq(file.webhook, "https://a.example/?b=c");
    ck_assert_int_eq(file.webhook_line, 7);
    ck_assert_str_eq(file.webhook_events, "end page");
    ck_assert_int_eq(file.webhook_events_line, 5);
    kind_file_clear(&file);
    assert_refused(
        "[Kind]\nSubject=reportId\nCommand=x\nWebhookEvents=end\n", "Webhook is missing");
}
END_TEST

START_TEST(all_keys_are_taken_with_their_units)
{
    ck_assert_int_eq(parse("# a comment\n\n[Kind]\n  Subject = pageId\r\nSubjectPattern=a|b+\n"
                           "Command=sh -c 'echo \"$0\"' \"two words\" \n"
                           "Same=input\nTimeout=10min\nQuiet=1500ms\nMemory=2G\nNice=10\n"
                           "Retry=3\nRetryAfter=500ms\nFiles=yes\n"),
        0);
    ck_assert_str_eq(file.subject_name, "page");
    ck_assert_str_eq(file.argv[2], "echo \"$0\"");
    ck_assert_str_eq(file.argv[3], "two words");
    ck_assert_ptr_null(file.argv[4]);
    ck_assert_int_eq(file.same, SAME_INPUT);
    ck_assert_int_eq(file.timeout_ms, 600000);
    ck_assert_int_eq(file.quiet_ms, 1500);
    ck_assert_int_eq(file.memory, 2LL << 30);
    ck_assert_int_eq(file.nice, 10);
    ck_assert(file.files);
    ck_assert_int_eq(file.retry, 3);
    ck_assert_int_eq(file.retry_after_ms, 500);
    ck_assert(kind_file_takes(&file, "bb") && !kind_file_takes(&file, "ab"));
    ck_assert_str_eq(file.example, "a");
    kind_file_clear(&file);
}
END_TEST

#define HEAD "[Kind]\nSubject=reportId\nCommand=true\n"

START_TEST(a_mistake_is_told_with_its_line_and_what_would_be_right)
{
    static const struct {
        const char *text, *part;
    } mistakes[] = {
        {HEAD "Timout=3s\n", "line 4: there is no key \"Timout\": did you mean Timeout?"},
        {HEAD "Colour=red\n", "there are Command, Files, Memory"},
        {HEAD "Timeout=soon\n", "line 4: Timeout=soon: must be a time from 100ms to 7d"},
        {HEAD "Timeout=8d\n", "must be a time"},
        {HEAD "Timeout=10min  Quiet=60s\n", "Timeout=10min  Quiet=60s: must be a time"},
        {HEAD "Memory=1\n", "Memory=1: must be a size from 16M"},
        {HEAD "Nice=-1\n", "must be a whole number from 0 to 19"},
        {HEAD "Files=true\n", "Files=true: must be yes or no"},
        {HEAD "Same=always\n", "Same=always: must be subject"},
        {HEAD "Same=./key 'a\n", "quoted as for a shell"},
        {HEAD "SubjectPattern=(\n", "must be a regular expression"},
        {HEAD "Command=false\n", "line 4: Command stands in line 3 already"},
        {HEAD "[Other]\n", "line 4: \"[Other]\" stands where it must not"},
        {HEAD "just words\n", "line 4: \"just words\" must be KEY=VALUE"},
        {"Subject=reportId\n", "line 1: \"Subject=reportId\" stands where it must not"},
        {"", "[Kind] is missing"},
        {"[Kind]\nCommand=true\n", "Subject is missing"},
        {"[Kind]\nSubject=reportId\nMemory=1G\n",
            "Memory is for a program, and Command is missing"},
        {"[Kind]\nSubject=reportId\nTimeout=1s\n", "Timeout is for a program"},
        {"[Kind]\nSubject=report\nCommand=true\n", "must be a name that ends with Id"},
        {"[Kind]\nSubject=stateId\nCommand=true\n", "a member \"state\" of its own"},
        {"[Kind]\nSubject=aId\nCommand=echo 'a\n", "quoted as for a shell"},
        {"[Kind]\nSubject=aId\nCommand=\n", "Command=: must be a program"},
        {"[Kind]\nSubject=a\\xId\n", "Subject: a backslash must be written"},
        {"[Kind]\nSubject=\xff", "must be text in UTF-8; byte 15"},
    };

    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        assert_refused(mistakes[i].text, mistakes[i].part);
}
END_TEST

START_TEST(the_name_of_the_file_is_that_of_the_kind)
{
    static const char *const names[] = {"report.conf", ".kind", "a b.kind", "r\xC3\xA9port.kind",
        "a123456789012345678901234567890z.kind"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_int_eq(kind_file_parse(names[i], HEAD, strlen(HEAD), &file, &err), -ERR_INPUT);
        ck_assert_ptr_nonnull(strstr(err.text, "the name of the file must be"));
    }
}
END_TEST

START_TEST(a_folder_gives_its_files_in_order)
{
    char folder[] = "/tmp/casecast-test-XXXXXX", path[64];
    static const char *const names[] = {"b.kind", "a.kind", ".a.kind", "c.kind~", "README"};
    char **paths;
    int n;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        FILE *to;

        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        to = fopen(path, "w");
        fputs(HEAD, to);
        fclose(to);
    }
    ck_assert_int_eq(kind_folder_list(folder, &paths, &n, &err), 0);
    ck_assert_int_eq(n, 2);
    ck_assert_ptr_nonnull(strstr(paths[0], "/a.kind"));
    ck_assert_int_eq(kind_file_read(paths[1], &file, &err), 0);
    ck_assert_str_eq(file.name, "b");
    kind_file_clear(&file);
    free(paths[0]);
    free(paths[1]);
    free(paths);
    file_remove_folder(folder);
    ck_assert_int_eq(kind_folder_list(folder, &paths, &n, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_KINDS: /tmp/"));
}
END_TEST

START_TEST(a_command_may_say_what_is_the_same)
{
    ck_assert_int_eq(parse(HEAD "Same=python3 key.py --of 'a b'\n"), 0);
    ck_assert_int_eq(file.same, SAME_COMMAND);
    ck_assert_str_eq(file.same_argv[3], "a b");
    ck_assert_ptr_null(file.same_argv[4]);
    kind_file_clear(&file);
    ck_assert_int_eq(parse(HEAD "Same=./key\n"), 0);
    ck_assert_str_eq(file.same_argv[0], "./key");
    kind_file_clear(&file);
}
END_TEST

START_TEST(a_program_is_found_as_by_a_shell)
{
    char *program;

    ck_assert_int_eq(parse("[Kind]\nSubject=aId\nCommand=sh -c true\n"), 0);
    program = kind_file_program(&file, file.argv[0]);
    ck_assert_ptr_nonnull(strstr(program, "/sh"));
    free(program);
    kind_file_clear(&file);
    ck_assert_int_eq(parse("[Kind]\nSubject=aId\nCommand=./nowhere\n"), 0);
    ck_assert_ptr_null(kind_file_program(&file, file.argv[0]));
    kind_file_clear(&file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kind_file");
    TCase *facts = tcase_create("facts");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(facts, two_keys_make_a_kind);
    tcase_add_test(facts, a_webhook_is_kept_with_its_lines);
    tcase_add_test(facts, all_keys_are_taken_with_their_units);
    tcase_add_test(facts, a_mistake_is_told_with_its_line_and_what_would_be_right);
    tcase_add_test(facts, the_name_of_the_file_is_that_of_the_kind);
    tcase_add_test(facts, a_folder_gives_its_files_in_order);
    tcase_add_test(facts, a_command_may_say_what_is_the_same);
    tcase_add_test(facts, a_program_is_found_as_by_a_shell);
    suite_add_tcase(suite, facts);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
