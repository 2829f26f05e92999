/* test_case_tags.c - entity tags in If-Match and If-None-Match. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cases/case_tags.h"

static const struct {
    const char *value;
    bool has;
} values[] = {
    {"\"ab\"", true},
    {"W/\"ab\"", true},
    {"\"x\", \"ab\"", true},
    {" \"x\",W/\"ab\" ,", true},
    {"", false},
    {"*", false},
    {"ab", false},
    {"\"abc\"", false},
    {"\"a\"", false},
    {"W/W/\"ab\"", false},
    {"W/", false},
};

START_TEST(a_tag_is_found_in_a_header)
{
    ck_assert_int_eq(case_etag_is_in(values[_i].value, "\"ab\""), values[_i].has);
}
END_TEST

START_TEST(a_tag_names_what_the_case_says)
{
    struct case_record record = {CASE_DEFAULTS, .id = "1", .title = "A", .language = "en"};
    char first[CASE_ETAG_MAX], second[CASE_ETAG_MAX];

    case_etag(&record, first);
    case_etag(&record, second);
    ck_assert_str_eq(first, second);
    record.title = "B";
    case_etag(&record, second);
    ck_assert_str_ne(first, second);
    ck_assert_uint_eq(strlen(first), CASE_ETAG_MAX - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("case_tags");
    TCase *tests = tcase_create("case_tags");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, a_tag_is_found_in_a_header, 0, sizeof values / sizeof *values);
    tcase_add_test(tests, a_tag_names_what_the_case_says);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
