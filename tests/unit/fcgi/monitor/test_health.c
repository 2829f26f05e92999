/* test_health.c - when a process counts as stuck: fcgi/monitor/health.h. */
#include <check.h>
#include <limits.h>

#include "monitor/health.h"

enum { NOW = 1000000, LONG_AGO = NOW - HEALTH_STUCK_MS };

static const struct {
    int64_t now, loop, clerk;
    const char *stuck;
} turns[] = {
    {NOW, NOW, NOW, NULL},
    {NOW, LONG_AGO, LONG_AGO, NULL}, /* ten seconds, and no more */
    {NOW, LONG_AGO - 1, NOW, "the loop"},
    {NOW, NOW, LONG_AGO - 1, "the clerk"},
    {NOW, LONG_AGO - 1, LONG_AGO - 1, "the loop"}, /* the clerk waits for the loop */
    {NOW, NOW + 1, NOW + 1, NULL},                 /* it turned while this was checked */
    {5, 0, 0, NULL},                               /* a machine that has just started */
    {INT64_MAX, 0, INT64_MAX, "the loop"},
};

START_TEST(a_part_without_a_turn_for_ten_seconds_is_named)
{
    const char *stuck = health_stuck(turns[_i].now, turns[_i].loop, turns[_i].clerk);

    ck_assert_pstr_eq(stuck, turns[_i].stuck);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("health");
    TCase *tcase = tcase_create("live");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(
        tcase, a_part_without_a_turn_for_ten_seconds_is_named, 0, sizeof turns / sizeof *turns);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
