/* test_waits.c - how long queued jobs wait: fcgi/waits.h. */
#include <check.h>

#include "waits.h"

static struct waits waits;

START_TEST(a_free_place_is_taken_at_once)
{
    waits_start(&waits, 2, 1000);
    waits_run(&waits, 5000, 0);
    ck_assert_int_eq(waits_next(&waits), 0);
    ck_assert_int_eq(waits_next(&waits), 1000);
    ck_assert_int_eq(waits_next(&waits), 2000);
}
END_TEST

START_TEST(the_place_that_is_free_first_is_taken_first)
{
    waits_start(&waits, 3, 10000);
    waits_run(&waits, 9000, 0);
    waits_run(&waits, 2000, 0);
    waits_run(&waits, 4000, 0);
    ck_assert_int_eq(waits_next(&waits), 2000);
    ck_assert_int_eq(waits_next(&waits), 4000);
    ck_assert_int_eq(waits_next(&waits), 9000);
    ck_assert_int_eq(waits_next(&waits), 12000);
}
END_TEST

START_TEST(what_is_not_known_is_guessed_from_what_is_usual)
{
    waits_start(&waits, 1, 6000);
    waits_run(&waits, -1, 4000);
    ck_assert_int_eq(waits_next(&waits), 2000);
    waits_start(&waits, 1, 6000);
    waits_run(&waits, -1, 9000);
    ck_assert_int_eq(waits_next(&waits), 0);
}
END_TEST

START_TEST(the_first_job_whose_end_is_known_says_what_is_usual)
{
    waits_start(&waits, 1, -1);
    waits_run(&waits, 3000, 7000);
    ck_assert_int_eq(waits_next(&waits), 3000);
    ck_assert_int_eq(waits_next(&waits), 13000);
}
END_TEST

START_TEST(nobody_knows_what_nothing_tells)
{
    waits_start(&waits, 1, -1);
    waits_run(&waits, -1, 7000);
    ck_assert_int_eq(waits_next(&waits), -1);
    ck_assert_int_eq(waits_next(&waits), -1);
}
END_TEST

START_TEST(more_jobs_than_places_and_more_places_than_room_do_no_harm)
{
    waits_start(&waits, 1, 1000);
    waits_run(&waits, 100, 0);
    waits_run(&waits, 50, 0);
    ck_assert_int_eq(waits_next(&waits), 50);
    waits_start(&waits, 100000, 1000);
    for (int i = 0; i < 1000; i++)
        waits_run(&waits, 100, 0);
    ck_assert_int_eq(waits_next(&waits), 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("waits");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_free_place_is_taken_at_once);
    tcase_add_test(tc, the_place_that_is_free_first_is_taken_first);
    tcase_add_test(tc, what_is_not_known_is_guessed_from_what_is_usual);
    tcase_add_test(tc, the_first_job_whose_end_is_known_says_what_is_usual);
    tcase_add_test(tc, nobody_knows_what_nothing_tells);
    tcase_add_test(tc, more_jobs_than_places_and_more_places_than_room_do_no_harm);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
