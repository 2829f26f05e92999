/* test_arguments.c - query strings, decoded: fcgi/request/arguments.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request/arguments.h"

static struct arguments arguments;
static struct error err;

static const struct {
    const char *raw, *name, *value;
    size_t value_len;
} table[] = {
    {"caseId=1", "caseId", "1", 1},
    {"a=1&caseId=2", "caseId", "2", 1},
    {"caseId", "caseId", "", 0},
    {"caseId=", "caseId", "", 0},
    {"&&caseId=x&&", "caseId", "x", 1},
    {"s=a%20b+c", "s", "a b c", 5},
    {"s=%00x", "s", "\0x", 2},
    {"s=%0A%0d", "s", "\n\r", 2},
    {"s=%F0%9F%8E%AC", "s", "\xF0\x9F\x8E\xAC", 4},
    {"s=a=b", "s", "a=b", 3},
    {"s=%zz%4", "s", "%zz%4", 5},
    {"%63aseId=1", "caseId", "1", 1},
    {"s=1&s=2", "s", "1", 1},
    {"s=%3Cscript%3E", "s", "<script>", 8},
};

START_TEST(arguments_are_decoded_with_their_length)
{
    const struct argument *found;

    ck_assert_int_eq(arguments_parse(table[_i].raw, &arguments, &err), 0);
    found = arguments_find(&arguments, table[_i].name);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(found->value_len, table[_i].value_len);
    ck_assert_mem_eq(found->value, table[_i].value, table[_i].value_len);
    arguments_free(&arguments);
}
END_TEST

START_TEST(no_query_gives_no_arguments)
{
    ck_assert_int_eq(arguments_parse(NULL, &arguments, &err), 0);
    ck_assert_int_eq(arguments.n, 0);
    ck_assert_int_eq(arguments_parse("", &arguments, &err), 0);
    ck_assert_ptr_null(arguments_find(&arguments, "caseId"));
    arguments_free(&arguments);
}
END_TEST

START_TEST(too_many_and_too_long_are_refused_with_the_limit)
{
    char *raw = calloc(1, ARGUMENTS_BYTES_MAX + 3);

    for (int i = 0; i <= ARGUMENTS_MAX; i++)
        strcat(raw, "a=1&");
    ck_assert_int_eq(arguments_parse(raw, &arguments, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "256"));
    arguments_free(&arguments);

    memset(raw, 'x', ARGUMENTS_BYTES_MAX + 1);
    ck_assert_int_eq(arguments_parse(raw, &arguments, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "65536"));
    arguments_free(&arguments);
    free(raw);
}
END_TEST

START_TEST(a_number_out_of_range_is_refused_by_name)
{
    long long n;

    ck_assert_int_eq(arguments_parse("count=0&interval=250", &arguments, &err), 0);
    ck_assert_int_eq(arguments_number(&arguments, "count", 1, 86400, 5, &n, &err), -ERR_INPUT);
    ck_assert_str_eq(err.text, "count \"0\": must be a whole number from 1 to 86400");
    ck_assert_int_eq(arguments_number(&arguments, "interval", 100, 60000, 1000, &n, &err), 0);
    ck_assert_int_eq(n, 250);
    ck_assert_int_eq(arguments_number(&arguments, "stamp", 0, 1, 0, &n, &err), 0);
    ck_assert_int_eq(n, 0);
    arguments_free(&arguments);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arguments");
    TCase *tcase = tcase_create("arguments");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_loop_test(
        tcase, arguments_are_decoded_with_their_length, 0, sizeof table / sizeof *table);
    tcase_add_test(tcase, no_query_gives_no_arguments);
    tcase_add_test(tcase, too_many_and_too_long_are_refused_with_the_limit);
    tcase_add_test(tcase, a_number_out_of_range_is_refused_by_name);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
