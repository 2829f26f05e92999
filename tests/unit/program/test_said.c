/* test_said.c - what a line of a program's output means. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "program/said.h"

static void assert_said(const char *line, enum said_as as, const char *name, const char *data)
{
    struct said said;

    said_read(line, strlen(line), &said);
    ck_assert_msg(said.as == as, "%s: %d", line, said.as);
    ck_assert_pstr_eq(said.name, name);
    ck_assert_str_eq(said.data, data);
    said_clear(&said);
}

START_TEST(a_line_is_a_message)
{
    assert_said("processing_video", SAID_MESSAGE, NULL, "processing_video");
    assert_said("", SAID_MESSAGE, NULL, "");
    assert_said("{\"percent\":40}", SAID_MESSAGE, NULL, "{\"percent\":40}");
    assert_said("{\"event\":", SAID_MESSAGE, NULL, "{\"event\":");
    assert_said("{\"event\":7}", SAID_MESSAGE, NULL, "{\"event\":7}");
    assert_said("[{\"event\":\"a\"}]", SAID_MESSAGE, NULL, "[{\"event\":\"a\"}]");
    assert_said("\"event\"", SAID_MESSAGE, NULL, "\"event\"");
}
END_TEST

START_TEST(an_object_with_event_is_that_event)
{
    assert_said("{\"event\":\"page\",\"n\":1}", SAID_EVENT, "page", "{\"n\":1}");
    assert_said(" {\"n\": 1, \"event\": \"page\"}", SAID_EVENT, "page", "{\"n\":1}");
    assert_said("{\"event\":\"page\",\"data\":[1, 2]}", SAID_EVENT, "page", "[1,2]");
    assert_said("{\"event\":\"page\",\"data\":\"a\\nb\"}", SAID_EVENT, "page", "a\nb");
    assert_said("{\"event\":\"message\",\"data\":\"a\"}", SAID_MESSAGE, NULL, "a");
}
END_TEST

START_TEST(progress_is_json)
{
    assert_said("{\"event\":\"progress\",\"percent\":40}", SAID_PROGRESS, NULL, "{\"percent\":40}");
    assert_said("{\"event\":\"progress\",\"data\":\"half\"}", SAID_PROGRESS, NULL, "\"half\"");
}
END_TEST

START_TEST(result_alone_is_a_result)
{
    assert_said("{\"result\":{\"pages\":7}}", SAID_RESULT, NULL, "{\"pages\":7}");
    assert_said("{\"result\":null}", SAID_RESULT, NULL, "null");
    assert_said("{\"result\":1,\"n\":2}", SAID_MESSAGE, NULL, "{\"result\":1,\"n\":2}");
}
END_TEST

START_TEST(no_program_says_an_event_of_casecast)
{
    static const char *const names[] = {"canceled", "done", "end", "error", "failed", "job", "open",
        "retry", "snapshot", "", "a b", "a\\nb", "a12345678901234567890123456789012"};
    char line[80];
    struct said said;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(line, sizeof line, "{\"event\":\"%s\",\"state\":\"done\"}", names[i]);
        said_read(line, strlen(line), &said);
        ck_assert_msg(said.as == SAID_MESSAGE && said.is_ours, "%s", line);
        ck_assert_str_eq(said.data, line);
        said_clear(&said);
    }
}
END_TEST

START_TEST(wrong_bytes_do_not_stop_a_line)
{
    struct said said;

    said_read("a\xff", 2, &said);
    ck_assert_str_eq(said.data, "a\xEF\xBF\xBD");
    ck_assert_uint_eq(said.n_wrong, 1);
    said_clear(&said);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("said");
    TCase *facts = tcase_create("facts");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(facts, a_line_is_a_message);
    tcase_add_test(facts, an_object_with_event_is_that_event);
    tcase_add_test(facts, progress_is_json);
    tcase_add_test(facts, result_alone_is_a_result);
    tcase_add_test(facts, no_program_says_an_event_of_casecast);
    tcase_add_test(facts, wrong_bytes_do_not_stop_a_line);
    suite_add_tcase(suite, facts);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
