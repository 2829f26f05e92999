/* test_lines.c - bytes of a pipe to lines. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "program/lines.h"

static char seen[4096]; /* each line, with | behind it */

static int take(void *ctx, const char *line, size_t len)
{
    (void)ctx;
    strncat(seen, line, len);
    strcat(seen, "|");
    return len == 4 && memcmp(line, "stop", 4) == 0 ? 7 : 0;
}

static int add(struct lines *lines, const char *text)
{
    return lines_add(lines, text, strlen(text), take, NULL);
}

START_TEST(lines_are_whole_wherever_the_bytes_are_cut)
{
    static const char text[] = "one\ntwo\r\n\n\r\nthree \xC3\xA9\nlast";

    for (size_t step = 1; step < sizeof text; step++) {
        struct lines lines = {.most = 100};

        *seen = '\0';
        for (size_t at = 0; at < sizeof text - 1; at += step) {
            size_t left = sizeof text - 1 - at;

            ck_assert_int_eq(
                lines_add(&lines, text + at, left < step ? left : step, take, NULL), 0);
        }
        ck_assert_int_eq(lines_end(&lines, take, NULL), 0);
        ck_assert_str_eq(seen, "one|two|||three \xC3\xA9|last|");
        lines_clear(&lines);
    }
}
END_TEST

START_TEST(a_line_that_is_too_long_ends_the_reading)
{
    struct lines lines = {.most = 4}, again = {.most = 4};

    *seen = '\0';
    ck_assert_int_eq(add(&lines, "1234\n"), 0);
    ck_assert_int_eq(add(&lines, "12345\n"), LINES_E_LONG);
    ck_assert_int_eq(add(&again, "123"), 0);
    ck_assert_int_eq(add(&again, "45"), LINES_E_LONG);
    ck_assert_str_eq(seen, "1234|");
    lines_clear(&lines);
    lines_clear(&again);
}
END_TEST

START_TEST(or_it_is_taken_in_pieces)
{
    struct lines lines = {.most = 4, .cuts = true};

    *seen = '\0';
    ck_assert_int_eq(add(&lines, "123456789\nab"), 0);
    ck_assert_int_eq(add(&lines, "cd\n"), 0);
    ck_assert_str_eq(seen, "1234|5678|9|abcd|");
    lines_clear(&lines);
}
END_TEST

START_TEST(who_takes_a_line_may_end_the_reading)
{
    struct lines lines = {.most = 100};

    *seen = '\0';
    ck_assert_int_eq(add(&lines, "a\nstop\nb\n"), 7);
    ck_assert_str_eq(seen, "a|stop|");
    lines_clear(&lines);
}
END_TEST

START_TEST(wrong_bytes_are_replaced_and_counted)
{
    size_t n;
    char *text = lines_text("a\xff\0\xC3(", 5, &n);

    ck_assert_str_eq(text, "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD(");
    ck_assert_uint_eq(n, 3);
    free(text);
    text = lines_text("", 0, &n);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lines");
    TCase *facts = tcase_create("facts");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(facts, lines_are_whole_wherever_the_bytes_are_cut);
    tcase_add_test(facts, a_line_that_is_too_long_ends_the_reading);
    tcase_add_test(facts, or_it_is_taken_in_pieces);
    tcase_add_test(facts, who_takes_a_line_may_end_the_reading);
    tcase_add_test(facts, wrong_bytes_are_replaced_and_counted);
    suite_add_tcase(suite, facts);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
