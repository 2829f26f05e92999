/* test_exposition.c - samples, labels, and several texts as one: fcgi/monitor/exposition.h. */
#include <check.h>
#include <string.h>

#include "monitor/exposition.h"

static struct buf out;

START_TEST(a_family_is_a_head_and_samples_with_their_labels)
{
    struct exposition to = {.out = &out, .process = "p1"};

    exposition_figure(&to, "streams_open", "gauge", "Open now.", 9007199254740991.0);
    exposition_family(&to, "jobs", "gauge", "By state.");
    exposition_sample(&to, "jobs", "state", "done", 0.1);
    ck_assert_str_eq(out.data, "# HELP casecast_streams_open Open now.\n"
                               "# TYPE casecast_streams_open gauge\n"
                               "casecast_streams_open{process=\"p1\"} 9.00719925474099e+15\n"
                               "# HELP casecast_jobs By state.\n"
                               "# TYPE casecast_jobs gauge\n"
                               "casecast_jobs{state=\"done\",process=\"p1\"} 0.1\n");
    buf_free(&out);
}
END_TEST

static const struct {
    const char *value, *written;
} labels[] = {
    {"", "m{l=\"\"} 1\n"},
    {"a\"b", "m{l=\"a\\\"b\"} 1\n"},
    {"a\\b\n", "m{l=\"a\\\\b\\n\"} 1\n"},
    {"Zürich", "m{l=\"Zürich\"} 1\n"},
};

START_TEST(a_label_may_have_any_value)
{
    struct exposition to = {.out = &out};

    exposition_sample(&to, "m", "l", labels[_i].value, 1);
    ck_assert_str_eq(out.data + strlen("casecast_"), labels[_i].written);
    buf_free(&out);
}
END_TEST

#define HEAD_A "# HELP a one\n# TYPE a gauge\n"
#define HEAD_B "# HELP b two\n# TYPE b gauge\n"
#define HEAD_AB "# HELP ab three\n# TYPE ab gauge\n"

static const struct {
    const char *texts[3], *merged;
} merges[] = {
    {{HEAD_A "a 1\n", HEAD_A "a 2\n", HEAD_A "a 3\n"}, HEAD_A "a 1\na 2\na 3\n"},
    /* another order, and families that only one of them has */
    {{HEAD_A "a 1\n" HEAD_B "b 1\n", HEAD_B "b 2\n" HEAD_A "a 2\n", HEAD_AB "ab 3\n"},
        HEAD_A "a 1\na 2\n" HEAD_B "b 1\nb 2\n" HEAD_AB "ab 3\n"},
    {{HEAD_A "a 1\n", HEAD_AB "ab 2\n", HEAD_AB "ab 3\n" HEAD_B "b 3\n"},
        HEAD_A "a 1\n" HEAD_AB "ab 2\nab 3\n" HEAD_B "b 3\n"},
    {{HEAD_A, HEAD_A "a 2\n", ""}, HEAD_A "a 2\n"},                /* a family without a sample */
    {{"", "lost 1\n" HEAD_A "a 2\n", "# lost\n"}, HEAD_A "a 2\n"}, /* no head */
    {{"", "", ""}, NULL},
};

START_TEST(several_texts_are_one_with_each_family_once)
{
    exposition_merge(&out, merges[_i].texts, 3);
    ck_assert_pstr_eq(out.data, merges[_i].merged);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exposition");
    TCase *tcase = tcase_create("text");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, a_family_is_a_head_and_samples_with_their_labels);
    tcase_add_loop_test(tcase, a_label_may_have_any_value, 0, sizeof labels / sizeof *labels);
    tcase_add_loop_test(
        tcase, several_texts_are_one_with_each_family_once, 0, sizeof merges / sizeof *merges);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
