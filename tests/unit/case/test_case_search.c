/* test_case_search.c - which words of a query a text holds. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "case/case_search.h"

static struct case_search *search_for(const char *query)
{
    struct case_search *search = NULL;
    struct error err = {0};

    ck_assert_msg(case_search_new(query, strlen(query), &search, &err) == 0, "%s", err.text);
    return search;
}

static const struct {
    const char *query, *text;
    bool is_hit;
} texts[] = {
    {"meadow", "A MEADOW in June", true}, {"MEADOW", "a meadow in June", true},
    {"june  meadow", "a meadow in June", true}, {"june meadow snow", "a meadow in June", false},
    {"eado", "a meadow", true}, {"a\nb", "b\na", true}, {"", "anything", true},
    {" \t\xe3\x80\x80", "anything", true}, {"100%", "100 %", false}, {"_", "under", false},
    /* large and small, in all scripts */
    {"ÉTÉ", "un été", true}, {"ete", "un été", false}, {"москва", "МОСКВА", true},
    {"ΟΔΟΣ", "οδος", true}, {"οδοσ", "ΟΔΟΣ", true}, {"STRASSE", "Hauptstraße", true},
    {"straße", "HAUPTSTRASSE", true},
    {"ԵՐԵՎԱՆ", "Երևան", false}, /* ԵՒ is և, ԵՎ is how it is spelt today: other letters */
    {"ისტორია", "ᲘᲡᲢᲝᲠᲘᲐ", true}, {"𐐨", "𐐀", true}, {"例子", "这是例子。", true},
    /* i, with and without its dot */
    {"istanbul", "İSTANBUL", true}, {"İstanbul", "istanbul", true}, {"IŞIK", "ışık", true},
    {"ışık", "IŞIK", true},
    /* other forms of the same */
    {"caf\xc3\xa9", "cafe\xcc\x81", true}, {"cafe\xcc\x81", "CAF\xc3\x89", true},
    {"full", "ＦＵＬＬ", true}, {"ﬃ", "OFFICE", true}, {"ガイド", "ｶﾞｲﾄﾞ", true}, {"𝐀", "a", true},
    {"summer", "sum\xc2\xadmer", true}, {"sum\xc2\xadmer", "summer", true},
    {"한국", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab국", true}, {"a", "\xff a", false}, /* no UTF-8 */
};

START_TEST(a_word_is_found_however_it_is_written)
{
    struct case_search *search = search_for(texts[_i].query);

    ck_assert_msg(
        case_search_is_hit(search, case_search_words(search, texts[_i].text)) == texts[_i].is_hit,
        "\"%s\" in \"%s\"", texts[_i].query, texts[_i].text);
    case_search_free(search);
}
END_TEST

START_TEST(the_words_may_stand_in_several_texts)
{
    struct case_search *search = search_for("one two three");
    uint64_t words = case_search_words(search, "Three") | case_search_words(search, "ones");

    ck_assert(!case_search_is_hit(search, words));
    ck_assert(case_search_is_hit(search, words | case_search_words(search, "two")));
    case_search_free(search);
}
END_TEST

/* As many words as there can be. */
START_TEST(the_longest_query_is_searched_for)
{
    char query[CASE_QUERY_MAX + 1];
    struct case_search *search;

    for (int i = 0; i < CASE_QUERY_MAX; i++)
        query[i] = i % 2 ? ' ' : 'a' + i / 2 % 26;
    query[CASE_QUERY_MAX] = '\0';
    search = search_for(query);
    ck_assert(case_search_is_hit(search, case_search_words(search, "abcdefghijklmnopqrstuvwxyz")));
    ck_assert(!case_search_is_hit(search, case_search_words(search, "abcdefghijklmnopqrstuvwxy")));
    case_search_free(search);
}
END_TEST

static const struct {
    const char *query;
    size_t len;
    const char *says;
} wrong[] = {
    {"a\0b", 3, "query: holds a NUL byte"},
    {"ab\xff", 3, "query: must be UTF-8, and byte 3 of it is not"},
    {"12345678901234567890123456789012345678901234567890"
     "éééééééééééééééééééééééééééééééééééééééééééééééééé!",
        151, "query: is 101 characters long, at most 100 are allowed"},
};

START_TEST(what_is_no_query_is_refused_with_its_reason)
{
    struct case_search *search = NULL;
    struct error err;

    ck_assert_int_eq(case_search_new(wrong[_i].query, wrong[_i].len, &search, &err), -ERR_INPUT);
    ck_assert_str_eq(err.text, wrong[_i].says);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("case_search");
    TCase *tcase = tcase_create("case_search");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_loop_test(
        tcase, a_word_is_found_however_it_is_written, 0, sizeof texts / sizeof *texts);
    tcase_add_test(tcase, the_words_may_stand_in_several_texts);
    tcase_add_test(tcase, the_longest_query_is_searched_for);
    tcase_add_loop_test(
        tcase, what_is_no_query_is_refused_with_its_reason, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
