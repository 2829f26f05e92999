/* test_timer_wheel.c - the wheel visits what is due, not before, and not much later:
 * fcgi/stream/timer_wheel.h. */
#include <check.h>

#include "stream/timer_wheel.h"

enum { MOST = 1000 };

static uv_loop_t loop;
static struct timer_wheel wheel;
static uv_prepare_t turn; /* libuv may run timers before and after it waits: a turn ends between */

struct timed {
    struct link link;
    int64_t due_ms, visited_ms;
    int turn; /* of the loop, in which it was visited */
};

static struct timed timed[MOST];
static int n_turns, n_visited;

static void due(struct link *link)
{
    struct timed *item = list_item(link, struct timed, link);

    item->visited_ms = (int64_t)uv_now(&loop);
    item->turn = n_turns;
    n_visited++;
}

static void on_turn(uv_prepare_t *prepare)
{
    (void)prepare;
    n_turns++;
}

static void set_up(void)
{
    uv_loop_init(&loop);
    uv_prepare_init(&loop, &turn);
    uv_prepare_start(&turn, on_turn);
    uv_unref((uv_handle_t *)&turn);
    uv_update_time(&loop);
    timer_wheel_init(&wheel, &loop, due);
    n_turns = n_visited = 0;
    for (int i = 0; i < MOST; i++)
        list_init(&timed[i].link);
}

static void tear_down(void)
{
    timer_wheel_deinit(&wheel);
    uv_close((uv_handle_t *)&turn, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void schedule(struct timed *item, int in_ms)
{
    item->due_ms = (int64_t)uv_now(&loop) + in_ms;
    timer_wheel_schedule(&wheel, &item->link, item->due_ms);
}

/* Ends when nothing is scheduled any more. */
static void turn_to_the_end(void)
{
    uv_run(&loop, UV_RUN_DEFAULT);
}

START_TEST(nothing_is_visited_before_it_is_due)
{
    for (int i = 0; i < 50; i++)
        schedule(&timed[i], 1 + i * 7 % 120);
    turn_to_the_end();

    ck_assert_int_eq(n_visited, 50);
    for (int i = 0; i < 50; i++)
        ck_assert_int_ge(timed[i].visited_ms, timed[i].due_ms);
}
END_TEST

START_TEST(links_due_in_one_tick_are_visited_in_one_turn)
{
    int64_t at_ms = ((int64_t)uv_now(&loop) / WHEEL_TICK_MS + 10) * WHEEL_TICK_MS;

    for (int i = 0; i < 9; i++)
        timer_wheel_schedule(&wheel, &timed[i].link, at_ms);
    turn_to_the_end();

    for (int i = 1; i < 9; i++)
        ck_assert_int_eq(timed[i].turn, timed[0].turn);
}
END_TEST

START_TEST(a_link_does_not_wait_for_one_that_is_due_much_later)
{
    schedule(&timed[0], 10);
    schedule(&timed[1], 10 + 800);
    turn_to_the_end();

    ck_assert_int_lt(timed[0].turn, timed[1].turn);
    ck_assert_int_lt(timed[0].visited_ms, timed[1].due_ms);
}
END_TEST

START_TEST(a_link_that_is_due_sooner_moves_the_timer_forward)
{
    schedule(&timed[0], 5000);
    schedule(&timed[1], 10);
    while (n_visited < 1)
        uv_run(&loop, UV_RUN_NOWAIT);

    ck_assert_int_ge(timed[1].visited_ms, timed[1].due_ms);
    ck_assert_int_eq(timed[0].visited_ms, 0);
    timer_wheel_cancel(&wheel, &timed[0].link);
}
END_TEST

START_TEST(many_links_due_at_once_leave_turns_to_others)
{
    for (int i = 0; i < MOST; i++)
        schedule(&timed[i], 10);
    turn_to_the_end();

    ck_assert_int_eq(n_visited, MOST);
    for (int i = WHEEL_TURN; i < MOST; i++)
        ck_assert_int_gt(timed[i].turn, timed[i - WHEEL_TURN].turn);
}
END_TEST

static void cancel_all(int n)
{
    for (int i = 0; i < n; i++)
        timer_wheel_cancel(&wheel, &timed[i].link);
}

/* All from one turn, each with a message a second: the first WHEEL_CROWD keep their tick. */
START_TEST(a_crowd_is_spread_over_the_ticks_that_follow)
{
    enum { TICKS = 5, N = TICKS * WHEEL_CROWD, PERIOD_MS = 1000 };
    int64_t first = (int64_t)uv_now(&loop) / WHEEL_TICK_MS * WHEEL_TICK_MS + PERIOD_MS;

    for (int i = 0; i < N; i++) {
        int64_t at = timer_wheel_uncrowded(&wheel, first, PERIOD_MS);

        ck_assert_int_eq(at, first + i / WHEEL_CROWD * WHEEL_TICK_MS);
        timer_wheel_schedule(&wheel, &timed[i].link, at);
    }
    cancel_all(N);
}
END_TEST

START_TEST(where_all_ticks_are_crowded_the_one_with_the_fewest_is_taken)
{
    enum { PLACES = 4, PERIOD_MS = PLACES * WHEEL_TICK_MS };
    int64_t first = ((int64_t)uv_now(&loop) / WHEEL_TICK_MS + 20) * WHEEL_TICK_MS;

    for (int i = 0; i < PLACES * WHEEL_CROWD + 2; i++) {
        int64_t at = timer_wheel_uncrowded(&wheel, first, PERIOD_MS);

        ck_assert_int_lt(at, first + PERIOD_MS);
        timer_wheel_schedule(&wheel, &timed[i].link, at);
    }
    ck_assert_int_eq(timer_wheel_uncrowded(&wheel, first, PERIOD_MS), first + 2 * WHEEL_TICK_MS);
    cancel_all(PLACES * WHEEL_CROWD + 2);
}
END_TEST

/* Each tick has fewer than the one before, so that the last is the best, and all are crowded. */
START_TEST(no_tick_beyond_the_reach_of_the_wheel_is_taken)
{
    enum { PERIOD_MS = 60000, FALLS = 1000 };
    int64_t now = (int64_t)uv_now(&loop), tick = (now + PERIOD_MS) / WHEEL_TICK_MS, at;

    for (int i = 0; i < FALLS; i++)
        wheel.n_at[(tick + i) % WHEEL_TICKS] = (uint16_t)(WHEEL_CROWD + FALLS - i);
    at = timer_wheel_uncrowded(&wheel, now + PERIOD_MS, PERIOD_MS);

    ck_assert_int_gt(at, now + PERIOD_MS);
    ck_assert_int_le(at, now + WHEEL_MOST_MS - WHEEL_LATE_MS);
}
END_TEST

/* A visit one period earlier will most likely recur. */
START_TEST(visits_of_the_period_before_count_as_a_crowd)
{
    int64_t now = (int64_t)uv_now(&loop) / 100 * 100 + 100;

    for (int i = 0; i < WHEEL_CROWD; i++)
        timer_wheel_schedule(&wheel, &timed[i].link, now + 20);
    ck_assert_int_eq(timer_wheel_uncrowded(&wheel, now + 1020, 1000), now + 1020 + WHEEL_TICK_MS);
    ck_assert_int_eq(timer_wheel_uncrowded(&wheel, now + 1060, 1000), now + 1060);
    cancel_all(WHEEL_CROWD);
    ck_assert_int_eq(timer_wheel_uncrowded(&wheel, now + 1020, 1000), now + 1020);
}
END_TEST

START_TEST(a_canceled_link_is_not_visited_and_an_empty_wheel_sets_no_timer)
{
    schedule(&timed[0], 10);
    timer_wheel_cancel(&wheel, &timed[0].link);
    timer_wheel_cancel(&wheel, &timed[1].link); /* was never scheduled */
    ck_assert(!uv_loop_alive(&loop));
    turn_to_the_end();

    ck_assert_int_eq(n_visited, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wheel");
    TCase *tcase = tcase_create("wheel");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nothing_is_visited_before_it_is_due);
    tcase_add_test(tcase, links_due_in_one_tick_are_visited_in_one_turn);
    tcase_add_test(tcase, a_link_does_not_wait_for_one_that_is_due_much_later);
    tcase_add_test(tcase, a_link_that_is_due_sooner_moves_the_timer_forward);
    tcase_add_test(tcase, many_links_due_at_once_leave_turns_to_others);
    tcase_add_test(tcase, a_crowd_is_spread_over_the_ticks_that_follow);
    tcase_add_test(tcase, where_all_ticks_are_crowded_the_one_with_the_fewest_is_taken);
    tcase_add_test(tcase, no_tick_beyond_the_reach_of_the_wheel_is_taken);
    tcase_add_test(tcase, visits_of_the_period_before_count_as_a_crowd);
    tcase_add_test(tcase, a_canceled_link_is_not_visited_and_an_empty_wheel_sets_no_timer);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
