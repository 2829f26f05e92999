/* test_forecast.c - when a queued job is likely to start: fcgi/cases/forecast.h. */
#include <check.h>

#include "cases/forecast.h"

static struct forecast forecast;

START_TEST(a_free_slot_is_taken_at_once)
{
    forecast_init(&forecast, 2, 1000);
    forecast_running(&forecast, 5000, 0);
    ck_assert_int_eq(forecast_next(&forecast), 0);
    ck_assert_int_eq(forecast_next(&forecast), 1000);
    ck_assert_int_eq(forecast_next(&forecast), 2000);
}
END_TEST

START_TEST(the_slot_that_is_free_first_is_taken_first)
{
    forecast_init(&forecast, 3, 10000);
    forecast_running(&forecast, 9000, 0);
    forecast_running(&forecast, 2000, 0);
    forecast_running(&forecast, 4000, 0);
    ck_assert_int_eq(forecast_next(&forecast), 2000);
    ck_assert_int_eq(forecast_next(&forecast), 4000);
    ck_assert_int_eq(forecast_next(&forecast), 9000);
    ck_assert_int_eq(forecast_next(&forecast), 12000);
}
END_TEST

START_TEST(an_unknown_end_is_guessed_from_the_usual_duration)
{
    forecast_init(&forecast, 1, 6000);
    forecast_running(&forecast, -1, 4000);
    ck_assert_int_eq(forecast_next(&forecast), 2000);
    forecast_init(&forecast, 1, 6000);
    forecast_running(&forecast, -1, 9000);
    ck_assert_int_eq(forecast_next(&forecast), 0);
}
END_TEST

START_TEST(without_earlier_jobs_a_running_one_gives_the_usual_duration)
{
    forecast_init(&forecast, 1, -1);
    forecast_running(&forecast, 3000, 7000);
    ck_assert_int_eq(forecast_next(&forecast), 3000);
    ck_assert_int_eq(forecast_next(&forecast), 13000);
}
END_TEST

START_TEST(without_any_known_duration_the_wait_is_unknown)
{
    forecast_init(&forecast, 1, -1);
    forecast_running(&forecast, -1, 7000);
    ck_assert_int_eq(forecast_next(&forecast), -1);
    ck_assert_int_eq(forecast_next(&forecast), -1);
}
END_TEST

START_TEST(more_jobs_than_slots_and_more_slots_than_the_most_do_no_harm)
{
    forecast_init(&forecast, 1, 1000);
    forecast_running(&forecast, 100, 0);
    forecast_running(&forecast, 50, 0);
    ck_assert_int_eq(forecast_next(&forecast), 50);
    forecast_init(&forecast, 100000, 1000);
    for (int i = 0; i < 1000; i++)
        forecast_running(&forecast, 100, 0);
    ck_assert_int_eq(forecast_next(&forecast), 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forecast");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_free_slot_is_taken_at_once);
    tcase_add_test(tc, the_slot_that_is_free_first_is_taken_first);
    tcase_add_test(tc, an_unknown_end_is_guessed_from_the_usual_duration);
    tcase_add_test(tc, without_earlier_jobs_a_running_one_gives_the_usual_duration);
    tcase_add_test(tc, without_any_known_duration_the_wait_is_unknown);
    tcase_add_test(tc, more_jobs_than_slots_and_more_slots_than_the_most_do_no_harm);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
