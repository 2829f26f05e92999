/* test_store_audience.c - who watches a job, in several processes, and who of them is oneself. */
#include "store_kit.h"

#define ME "aaaaaaaaaaaaaaaa/1111111111111111"
#define NEIGHBOUR "aaaaaaaaaaaaaaaa/2222222222222222"
#define OTHER "bbbbbbbbbbbbbbbb/3333333333333333"
#define NAMELESS "aaaaaaaaaaaaaaaa/" WATCHER_UNNAMED
#define FAR_NAMELESS "cccccccccccccccc/" WATCHER_UNNAMED

static const char *id;

static void set_up(void)
{
    kit_start();
    id = kit_job("a");
}

static void watches(const char *member, int n, const char *who)
{
    struct audience audience = {.n = n};

    strcpy(audience.job_id, id);
    strcpy(audience.who, who);
    assert_done(store_audiences_write(kit_store, kit_member(member), &audience, 1, &kit_error));
}

static int others(const char *watcher)
{
    int n = -1;

    assert_done(store_audience_others(kit_store, id, watcher, &n, &kit_error));
    return n;
}

START_TEST(nobody_watches_at_first)
{
    ck_assert_int_eq(others(ME), 0);
    ck_assert_int_eq(others(FAR_NAMELESS), 0);
}
END_TEST

START_TEST(ones_own_streams_are_no_others)
{
    watches("one", 1, ME);
    ck_assert_int_eq(others(ME), 0);
    watches("two", 2, ME " " ME);
    ck_assert_int_eq(others(ME), 0);
    ck_assert_int_eq(others(OTHER), 3);
}
END_TEST

START_TEST(others_are_counted_in_all_processes)
{
    watches("one", 2, ME " " OTHER);
    watches("two", 2, NEIGHBOUR " " FAR_NAMELESS);
    ck_assert_int_eq(others(ME), 3);
    watches("two", 1, NEIGHBOUR);
    ck_assert_int_eq(others(ME), 2);
    watches("two", 0, "");
    watches("one", 1, ME);
    ck_assert_int_eq(others(ME), 0);
}
END_TEST

struct seen_audiences {
    char text[200];
    long long all;
};

static void see_audience(void *ctx, const struct audience_row *row)
{
    struct seen_audiences *seen = ctx;
    size_t len = strlen(seen->text);

    ck_assert_str_eq(row->kind, "video");
    snprintf(seen->text + len, sizeof seen->text - len, "%s:%lld ", row->subject, row->n);
    seen->all = row->all;
}

static const char *audiences(int most, long long all)
{
    static struct seen_audiences seen;

    seen = (struct seen_audiences){0};
    assert_done(store_audience_each(kit_store, most, see_audience, &seen, &kit_error));
    ck_assert_int_eq(seen.all, all);
    return seen.text;
}

START_TEST(live_jobs_that_are_watched_are_told_most_watched_first)
{
    struct job_request request = kit_request("b", "b");
    char first[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    strcpy(first, id);
    watches("one", 2, ME " " OTHER);
    watches("two", 1, NEIGHBOUR);
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    id = job.id;
    watches("two", 5, NEIGHBOUR);
    ck_assert_str_eq(audiences(10, 8), "b:5 1:3 ");
    ck_assert_str_eq(audiences(1, 8), "b:5 ");
    ck_assert_str_eq(kit_claim("one", 1), first);
    assert_done(store_job_end(kit_store, first, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    ck_assert_str_eq(audiences(10, 5), "b:5 ");
    job_clear(&job);
}
END_TEST

START_TEST(who_gives_no_name_is_one_of_those_at_its_address)
{
    watches("one", 1, NAMELESS);
    ck_assert_int_eq(others(NAMELESS), 0);
    ck_assert_int_eq(others(FAR_NAMELESS), 1);
    watches("two", 2, ME " " NAMELESS);
    ck_assert_int_eq(others(NAMELESS), 2);
    ck_assert_int_eq(others(ME), 2);
}
END_TEST

START_TEST(a_crowd_is_a_crowd_though_not_all_are_listed)
{
    watches(
        "one", 5000, OTHER " " OTHER " " OTHER " " OTHER " " OTHER " " OTHER " " OTHER " " OTHER);
    ck_assert_int_eq(others(ME), 4999);
    ck_assert_int_eq(others(FAR_NAMELESS), 5000);
}
END_TEST

START_TEST(who_is_gone_has_no_viewers)
{
    watches("one", 1, ME);
    watches("two", 7, OTHER " " OTHER " " OTHER " " OTHER " " OTHER " " OTHER " " OTHER);
    ck_assert_int_eq(others(ME), 7);
    kit_dies("two");
    ck_assert_int_eq(others(ME), 0);
    watches("one", 2, ME " " OTHER);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_audiences"), "1");
}
END_TEST

START_TEST(who_stops_takes_its_viewers_along)
{
    watches("one", 1, OTHER);
    assert_done(store_member_release(kit_store, kit_member("one"), &kit_error));
    ck_assert_int_eq(others(ME), 0);
}
END_TEST

START_TEST(an_ended_job_has_none)
{
    struct job job;
    bool is_first;

    assert_done(
        store_job_cancel(kit_store, id, CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    watches("one", 1, OTHER);
    ck_assert_int_eq(others(ME), 0);
}
END_TEST

START_TEST(an_operator_ends_a_job_whoever_watches)
{
    enum job_state state;
    struct job job;

    watches("one", 1, OTHER);
    assert_done(store_job_want_cancel(kit_store, id, &state, &kit_error));
    ck_assert_int_eq(state, JOB_QUEUED);
    assert_done(store_job_claim(kit_store, kit_member("one"), 0, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    ck_assert(job.cancel_wanted);
    job_clear(&job);
    ck_assert_int_eq(
        store_job_want_cancel(kit_store, "zzzzzzzzzzzzzzzzzzzzzzzzzz", &state, &kit_error),
        STORE_E_NOT_FOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_audience");
    TCase *tcase = tcase_create("store_audience");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    digest_init();
    if (kit_is_postgres())
        kit_make_tables();

    tcase_add_checked_fixture(tcase, set_up, kit_stop);
    tcase_add_test(tcase, nobody_watches_at_first);
    tcase_add_test(tcase, ones_own_streams_are_no_others);
    tcase_add_test(tcase, others_are_counted_in_all_processes);
    tcase_add_test(tcase, live_jobs_that_are_watched_are_told_most_watched_first);
    tcase_add_test(tcase, who_gives_no_name_is_one_of_those_at_its_address);
    tcase_add_test(tcase, a_crowd_is_a_crowd_though_not_all_are_listed);
    tcase_add_test(tcase, who_is_gone_has_no_viewers);
    tcase_add_test(tcase, who_stops_takes_its_viewers_along);
    tcase_add_test(tcase, an_ended_job_has_none);
    tcase_add_test(tcase, an_operator_ends_a_job_whoever_watches);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
