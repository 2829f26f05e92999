/* test_spares.c - connections that are handed on from work to work. */
#include "base/clock.h"
#include "hub/works/spares.h"
#include "unit/store/store_kit.h"

static struct spares *spares;

static struct store *take(int64_t *ret_opened_ms)
{
    return spares_take(spares, ret_opened_ms);
}

START_TEST(a_connection_goes_to_the_next_work_while_another_one_runs)
{
    int64_t opened_ms;
    struct store *store = kit_open();

    spares = spares_new();
    ck_assert_ptr_null(take(&opened_ms));
    ck_assert_ptr_null(take(&opened_ms));
    spares_give(spares, store, opened_ms - 100);
    ck_assert_ptr_eq(take(&opened_ms), store);
    ck_assert_int_le(opened_ms, clock_monotonic_ms() - 100);
    ck_assert_ptr_null(take(&opened_ms));
    spares_give(spares, NULL, 0);
    spares_give(spares, store, opened_ms);
    spares_give(spares, NULL, 0); /* and closes it */
    ck_assert_ptr_null(take(&opened_ms));
    spares_give(spares, NULL, 0);
    spares_free(spares);
}
END_TEST

START_TEST(one_that_was_opened_some_time_ago_is_closed)
{
    int64_t opened_ms;

    spares = spares_new();
    take(&opened_ms);
    take(&opened_ms);
    spares_give(spares, kit_open(), clock_monotonic_ms() - 60000);
    ck_assert_ptr_null(take(&opened_ms));
    ck_assert_int_ge(opened_ms, clock_monotonic_ms() - 30000);
    spares_give(spares, NULL, 0);
    spares_give(spares, NULL, 0);
    spares_free(spares);
}
END_TEST

START_TEST(no_more_are_kept_than_there_may_be)
{
    int64_t opened_ms;

    spares = spares_new();
    for (int i = 0; i < 40; i++)
        take(&opened_ms);
    for (int i = 0; i < 40; i++)
        spares_give(spares, kit_open(), opened_ms);
    spares_free(spares);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_connection_goes_to_the_next_work_while_another_one_runs,
        one_that_was_opened_some_time_ago_is_closed,
        no_more_are_kept_than_there_may_be,
    };

    return kit_main("spares", tests, sizeof tests / sizeof *tests, kit_start);
}
