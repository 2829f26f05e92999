/* test_spoken.c - the spoken part of a narration. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "case/spoken.h"

static const struct {
    const char *written, *said;
} texts[] = {
    /* espeak-ng's phonemes, wikis' links */
    {"The city of [[Vienna]] has a [[Prater|park]].", "The city of  Vienna  has a  Prater park ."},
    {"[[h@'loU]]", " h@'loU "},
    {"a [[[b]]] c", "a  [b ] c"},
    {"\\[\\[a\\]\\]", " a "},
    {"A note [1] and a | bar", "A note [1] and a | bar"},
    /* marks */
    {"The **bold** word, __this__ too", "The bold word, this too"},
    {"An *italic* and _another_ one", "An italic and another one"},
    {"***Both***, ~~gone~~ and `code` or ``co`de``", "Both, gone and code or co`de"},
    {"**A whole _sentence_ in it.** Next", "A whole sentence in it. Next"},
    {"(*so*), \"**so**\": _so_!", "(so), \"so\": so!"},
    {"un**believ**able", "unbelievable"},
    {"今天**重要**的*事*。", "今天重要的事。"},
    {"**line\nbreak**", "line\nbreak"},
    /* no marks */
    {"snake_case_word and __init__.py", "snake_case_word and init.py"},
    {"2*3*4 = 24, 2**3**2, 5 * 3 * 2", "2*3*4 = 24, 2**3**2, 5 * 3 * 2"},
    {"C#, F# and #1", "C#, F# and #1"},
    {"#hashtag", "#hashtag"},
    {"me_and_you@example.com", "me_and_you@example.com"},
    {"~5 or ~10, * and _ alone", "~5 or ~10, * and _ alone"},
    {"*not closed", "*not closed"},
    {"**a\n\nb**", "**a\n\nb**"},
    {"Name: ____", "Name: ____"},
    {"\\*star\\*", "*star*"},
    {"-5 degrees\n- 5 degrees", "-5 degrees\n- 5 degrees"},
    {"3 > 2 and 1 < 2 & so", "3 > 2 and 1 < 2 & so"},
    /* lines */
    {"# Heading\nText", "Heading.\nText"},
    {"### Heading? ###\nText", "Heading?\nText"},
    {"- one\n- two,\n* three", "one.\ntwo,\nthree."},
    {"- [x] done\n+ [ ] not", "done.\nnot."},
    {"> quoted\n> > twice", "quoted\ntwice"},
    {"Title\n=====\nText\n\n---\n\n* * *\nMore", "Title\n\nText\n\n\n\n\nMore"},
    {"1. First\n2. Second", "1. First\n2. Second"},
    /* links and addresses */
    {"See [our *site*](https://x.org/a_b \"title\").", "See our site."},
    {"![A map](map.png) of [![it](a.png)](b)", "A map of it"},
    {"[a [b] c](d(e)f) g", "a [b] c g"},
    {"[not](closed", "[not](closed"},
    {"Go to https://www.example.com/a/b_c_d?e=f&g#h, now.", "Go to example.com, now."},
    {"(http://user:pw@x.org:8080/y) and <https://z.org>", "(x.org) and <z.org>"},
    {"www.example.com/a. WWW.X.ORG", "example.com. X.ORG"},
    {"https://x.org/a_(b)_c", "x.org"},
    {"**https://x.org/a**", "x.org"},
    {"看https://例子.测试/路 或 http://b.cn/路径。", "看例子.测试路 或 b.cn路径。"},
    {"ftp://f.org/x, git+ssh://g.org/y", "f.org, g.org"},
    {"https:// and www. and a:b", "https:// and www. and a:b"},
    {"[https://x.org/y](https://x.org/y)", "x.org"},
    {"https://medium.com/@me", "medium.com"},
    {"", ""},
    {"שלום **עולם**", "שלום עולם"},
};

START_TEST(marks_are_not_said_and_everything_else_is)
{
    char *said = spoken_of(texts[_i].written);

    ck_assert_str_eq(said, texts[_i].said);
    free(said);
}
END_TEST

/* The longest narration, made of the characters that take the longest search. */
START_TEST(the_worst_text_ends_and_grows_by_nothing)
{
    static const char *const pieces[] = {
        "*a ", "[", "[a](", "_", "**a", "`", "http://", "\\", "(["};
    struct buf text = {0};
    char *said;

    while (text.len < 10000)
        buf_add_text(&text, pieces[_i]);
    said = spoken_of(text.data);
    ck_assert_uint_le(strlen(said), text.len + 1);
    free(said);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spoken");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(
        tc, marks_are_not_said_and_everything_else_is, 0, sizeof texts / sizeof *texts);
    tcase_add_loop_test(tc, the_worst_text_ends_and_grows_by_nothing, 0, 9);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
