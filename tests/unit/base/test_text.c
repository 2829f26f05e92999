/* test_text.c - the checks of text from outside. */
#include <check.h>
#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static const struct {
    const char *bytes;
    long bad; /* -1: well-formed */
} utf8[] = {
    {"", -1},
    {"plain", -1},
    {"\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", -1},
    {"a\x80", 1},
    {"ab\xC0\x80", 2},
    {"\xC1\xBF", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xED\xA0\x80", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF4\x90\x80\x80", 0},
    {"\xF5\x80\x80\x80", 0},
    {"abc\xE2\x82", 3},
};

START_TEST(utf8_is_told_from_what_only_looks_like_it)
{
    size_t bad = 999;
    bool is_good = text_is_utf8(utf8[_i].bytes, strlen(utf8[_i].bytes), &bad);

    ck_assert_int_eq(is_good, utf8[_i].bad < 0);
    if (!is_good)
        ck_assert_int_eq((long)bad, utf8[_i].bad);
}
END_TEST

START_TEST(control_characters_are_found_where_they_are)
{
    ck_assert_int_eq(text_find_control("a\tb\nc", 5, "\t\n"), -1);
    ck_assert_int_eq(text_find_control("a\tb", 3, "\n"), 1);
    ck_assert_int_eq(text_find_control("ab\0c", 4, "\n"), 2);
    ck_assert_int_eq(text_find_control("\x7F", 1, ""), 0);
    ck_assert_int_eq(text_find_control("x\xC2\x85", 3, ""), 1); /* NEL, a C1 control */
    ck_assert_int_eq(text_find_control("\xC3\x85", 2, ""), -1);
}
END_TEST

static const struct {
    const char *before, *after;
} lines[] = {
    {"as it is", "as it is"},
    {"two\nlines\r", "two?lines?"},
    {"stray \xFF byte", "stray ? byte"},
    {"stray at the end \xFF", "stray at the end ?"},
    {"cut \xE2\x82", "cut "},
    {"cut \xF0\x9F\x8E", "cut "},
    {"kept \xE2\x82\xAC", "kept \xE2\x82\xAC"},
    {"\xE2\x82 inside", "?? inside"},
};

START_TEST(one_line_is_one_line_of_valid_text)
{
    char text[64];

    strcpy(text, lines[_i].before);
    text_one_line(text);
    ck_assert_str_eq(text, lines[_i].after);
}
END_TEST

START_TEST(numbers_are_digits_within_their_range)
{
    long long n = -1;

    ck_assert(text_number("100", 100, 60000, &n));
    ck_assert_int_eq(n, 100);
    ck_assert(text_number("60000", 100, 60000, &n));
    ck_assert(!text_number("99", 100, 60000, &n));
    ck_assert(!text_number("60001", 100, 60000, &n));
    ck_assert(!text_number("", 0, 9, &n));
    ck_assert(!text_number("-1", -5, 9, &n));
    ck_assert(!text_number("1e3", 0, 9999, &n));
    ck_assert(!text_number(" 1", 0, 9, &n));
    ck_assert(!text_number("99999999999999999999", 0, 9, &n));
    ck_assert_int_eq(n, 60000);
}
END_TEST

START_TEST(a_number_is_put_as_its_digits)
{
    char text[TEXT_NUMBER_MAX + 1];

    ck_assert_ptr_eq(text_put_number(text, 0), text + 1);
    ck_assert_str_eq(text, "0");
    text_put_number(text, 907);
    ck_assert_str_eq(text, "907");
    ck_assert_ptr_eq(text_put_number(text, ULLONG_MAX), text + TEXT_NUMBER_MAX);
    ck_assert_str_eq(text, "18446744073709551615");
}
END_TEST

START_TEST(names_are_letters_digits_dash_and_underscore)
{
    ck_assert(text_is_name("Case_1-b"));
    ck_assert(!text_is_name(""));
    ck_assert(!text_is_name("a b"));
    ck_assert(!text_is_name("../etc"));
    ck_assert(!text_is_name("\xC3\xA9"));
}
END_TEST

static const struct {
    const char *text, *trimmed;
} trims[] = {
    {"", ""},
    {" \t\r\n\v\f", ""},
    {" a b ", "a b"},
    {"a", "a"},
    {"\xC2\xA0"
     "a\xC2\xA0\xC2\x85",
        "a"},
    {"\xE3\x80\x80\xE2\x80\x8A\xE2\x80\xA8 a\xE1\x9A\x80", "a"},
    {"\xEF\xBB\xBF", ""},
    /* Neither the zero-width joiner of an emoji nor a letter that ends in a byte of white space. */
    {"\xE2\x80\x8D", "\xE2\x80\x8D"},
    {"\xE0\xA0\xA0", "\xE0\xA0\xA0"},
    {"\xA0", "\xA0"},
    {"\xE2\x80", "\xE2\x80"},
};

START_TEST(white_space_is_cut_from_both_ends)
{
    size_t len = strlen(trims[_i].text);
    const char *trimmed = text_trim(trims[_i].text, &len);

    ck_assert_uint_eq(len, strlen(trims[_i].trimmed));
    ck_assert_mem_eq(trimmed, trims[_i].trimmed, len);
}
END_TEST

START_TEST(a_number_may_have_a_fraction_and_white_space_around_it)
{
    static const struct {
        const char *text;
        double number;
    } good[] = {{"0", 0}, {"6.5", 6.5}, {" 24 ", 24}, {"\t-1e3\n", -1000}, {"+.5", 0.5}, {"5.", 5},
        {"007", 7}};
    static const char *const bad[] = {"", " ", "6,5", "6 5", "0x10", "inf", "nan", "1e999", "1e",
        "--1", "1-", "12a", "\302\2401", /* a no-break space, in octal: \xA01 would be one number */
        "."};
    double number;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(text_real(good[i].text, &number), "%s", good[i].text);
        ck_assert_double_eq(number, good[i].number);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!text_real(bad[i], &number), "%s", bad[i]);
}
END_TEST

/* In their natural order: each differs from all others. */
static const char *const natural[] = {"", "-", "-1", "0", "00", "001", "01", "1", "1a", "2", "10",
    "99999999999999999998", "99999999999999999999", "100000000000000000000", "A", "_", "a", "a1b2",
    "a01b10", "a1b10", "a02", "a2", "a10", "a10-1", "aa", "b", "b\xc3\xa9", "\xc3\xa9"};

START_TEST(digits_are_compared_as_numbers_and_no_two_texts_are_the_same)
{
    int n = sizeof natural / sizeof *natural;

    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            int order = text_compare_naturally(natural[i], natural[k]);

            ck_assert_msg((order > 0) - (order < 0) == (i > k) - (i < k), "\"%s\" and \"%s\": %d",
                natural[i], natural[k], order);
        }
}
END_TEST

START_TEST(a_span_of_time_has_a_unit)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"30d", 2592000000}, {"12h", 43200000}, {"90min", 5400000}, {"45s", 45000},
        {"500ms", 500}, {"0s", 0}, {"36525d", TEXT_SPAN_MAX}};
    static const char *const bad[] = {"", "30", "d", "1.5h", " 1h", "1 h", "-1h", "1w", "36526d",
        "99999999999999999999d", "3155760000001ms"};
    int64_t ms;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(text_span(good[i].text, &ms), "%s", good[i].text);
        ck_assert_int_eq(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!text_span(bad[i], &ms), "%s", bad[i]);
}
END_TEST

START_TEST(an_error_says_where_before_what_and_stays_one_line)
{
    struct error err;

    ck_assert_int_eq(error_set(&err, ERR_INPUT, "no such file: %s", "a\nb.jpg"), -ERR_INPUT);
    ck_assert_int_eq(error_where(&err, "scene %d: ", 3), -ERR_INPUT);
    ck_assert_str_eq(err.text, "scene 3: no such file: a?b.jpg");
    ck_assert_int_eq(error_set(NULL, ERR_IO, "nobody listens"), -ERR_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_loop_test(
        tcase, utf8_is_told_from_what_only_looks_like_it, 0, sizeof utf8 / sizeof *utf8);
    tcase_add_test(tcase, control_characters_are_found_where_they_are);
    tcase_add_loop_test(tcase, one_line_is_one_line_of_valid_text, 0, sizeof lines / sizeof *lines);
    tcase_add_test(tcase, numbers_are_digits_within_their_range);
    tcase_add_test(tcase, a_number_is_put_as_its_digits);
    tcase_add_test(tcase, names_are_letters_digits_dash_and_underscore);
    tcase_add_loop_test(tcase, white_space_is_cut_from_both_ends, 0, sizeof trims / sizeof *trims);
    tcase_add_test(tcase, a_number_may_have_a_fraction_and_white_space_around_it);
    tcase_add_test(tcase, digits_are_compared_as_numbers_and_no_two_texts_are_the_same);
    tcase_add_test(tcase, a_span_of_time_has_a_unit);
    tcase_add_test(tcase, an_error_says_where_before_what_and_stays_one_line);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
