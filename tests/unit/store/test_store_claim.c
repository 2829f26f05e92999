/* test_store_claim.c - what a claim and a list cost with SQLite, however long the queue is. Counted
 * in steps of SQLite's machine, as a clock says something else on each run. */
#include "unit/store/store_kit.h"

enum { SHORT = 100, LONG = 10000 };

static int n_steps;

static int count_step(void *unused)
{
    (void)unused;
    n_steps++;
    return 0;
}

static void add_jobs(int n)
{
    char sql[400];

    snprintf(sql, sizeof sql,
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
        " INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms)"
        " SELECT hex(randomblob(13)), 'video', '1', hex(randomblob(32)), 'queued', 1 FROM c",
        n);
    kit_sql(sql);
}

static int steps_of_claim(const char *owner)
{
    n_steps = 0;
    sqlite3_progress_handler(kit_database(kit_store)->handle, 1, count_step, NULL);
    ck_assert_str_ne(kit_claim(owner, 8), "");
    sqlite3_progress_handler(kit_database(kit_store)->handle, 0, NULL, NULL);
    return n_steps;
}

START_TEST(a_claim_from_a_long_queue_costs_what_one_from_a_short_queue_does)
{
    int few, many;

    add_jobs(SHORT);
    kit_claim("one", 8); /* so that what is done once a connection is done */
    few = steps_of_claim("two");
    assert_done(store_member_release(kit_store, kit_member("two"), &kit_error));
    add_jobs(LONG);
    many = steps_of_claim("two");
    ck_assert_msg(many < few + few / 4, "%d steps of %d, %d of %d", few, SHORT, many, LONG);
}
END_TEST

START_TEST(nor_does_it_where_the_queue_has_many_priorities)
{
    int few, many;

    add_jobs(SHORT);
    kit_sql("UPDATE casecast_jobs SET rank = number % 10");
    kit_claim("one", 8);
    few = steps_of_claim("two");
    assert_done(store_member_release(kit_store, kit_member("two"), &kit_error));
    add_jobs(LONG);
    kit_sql("UPDATE casecast_jobs SET rank = number % 10");
    many = steps_of_claim("two");
    ck_assert_msg(many < few + few / 4, "%d steps of %d, %d of %d", few, SHORT, many, LONG);
}
END_TEST

START_TEST(nor_does_it_cost_more_for_each_job_that_runs_than_one_look)
{
    int few, many;

    add_jobs(LONG);
    kit_claim("one", 8);
    few = steps_of_claim("one");
    for (int i = 0; i < 4; i++)
        kit_claim("one", 8);
    many = steps_of_claim("one");
    ck_assert_msg(many < few + 4 * 200, "%d steps, then %d", few, many);
}
END_TEST

/* A program that makes only what was queued last. */
START_TEST(nor_do_jobs_of_other_kinds_that_stand_before_it)
{
    struct member *two = kit_member("two");
    int few, many;

    store_member_set_kinds(two, ",other,", ",other,", NULL);
    add_jobs(SHORT);
    kit_sql("UPDATE casecast_jobs SET kind = 'other' WHERE number IN (98, 99)");
    kit_claim("one", 8);
    few = steps_of_claim("two");
    ck_assert_str_eq(
        kit_ask("SELECT max(number) FROM casecast_jobs WHERE state = 'running'"), "98");
    assert_done(store_member_release(kit_store, two, &kit_error));
    kit_sql("UPDATE casecast_jobs SET kind = 'video'");
    add_jobs(LONG);
    kit_sql("UPDATE casecast_jobs SET kind = 'other' WHERE number > 10000");
    many = steps_of_claim("two");
    ck_assert_str_eq(
        kit_ask("SELECT max(number) FROM casecast_jobs WHERE state = 'running'"), "10001");
    ck_assert_msg(many < few + few / 4, "%d steps of %d, %d of %d", few, SHORT, many, LONG);
}
END_TEST

static void note_position(void *ctx, const struct job *job)
{
    buf_format(ctx, "%s %d,", job->key, job->position);
}

START_TEST(the_newest_jobs_are_told_with_their_positions)
{
    struct buf told = {0};

    kit_job("a");
    kit_job("b");
    kit_job("c");
    kit_job("d");
    kit_claim("one", 1);
    assert_done(store_job_each(
        kit_store, &(struct job_filter){.most = 2}, note_position, &told, &kit_error));
    ck_assert_str_eq(told.data, "d 3,c 2,");
    told.len = 0;
    assert_done(store_job_each(
        kit_store, &(struct job_filter){.most = 9}, note_position, &told, &kit_error));
    ck_assert_str_eq(told.data, "d 3,c 2,b 1,a 0,");
    buf_free(&told);
}
END_TEST

static void note_nothing(void *ctx, const struct job *job)
{
    (void)ctx;
    (void)job;
}

static int steps_of_list(const struct job_filter *filter)
{
    n_steps = 0;
    sqlite3_progress_handler(kit_database(kit_store)->handle, 1, count_step, NULL);
    assert_done(store_job_each(kit_store, filter, note_nothing, NULL, &kit_error));
    sqlite3_progress_handler(kit_database(kit_store)->handle, 0, NULL, NULL);
    return n_steps;
}

/* 0: the newest, 1: the queue. */
START_TEST(a_list_passes_the_queue_twice_however_much_it_tells)
{
    int few, many;

    add_jobs(LONG);
    kit_sql("UPDATE casecast_jobs SET rank = number % 10");
    few = steps_of_list(&(struct job_filter){.most = 1, .in_turn = _i});
    many = steps_of_list(&(struct job_filter){.most = 100, .in_turn = _i});
    ck_assert_msg(many < 25 * LONG, "%d steps for a list of 1, %d for 100", few, many);
}
END_TEST

static void note_difference(void *ctx, const struct job *job)
{
    struct job alone = kit_get(job->id);

    ck_assert_int_eq(job->position, alone.position);
    job_clear(&alone);
    (*(int *)ctx)++;
}

/* A list and a job that is asked for alone count in two ways. */
START_TEST(a_list_tells_the_positions_that_each_job_tells_alone)
{
    struct job_filter filters[] = {{.most = 40}, {.most = 40, .before = 60},
        {.most = 99, .kind = "other"}, {.most = 40, .in_turn = true},
        {.most = 99, .in_turn = true, .kind = "other"},
        {.most = 40, .in_turn = true, .after = 50, .after_priority = 4}};
    int n = 0;

    add_jobs(SHORT);
    kit_sql("UPDATE casecast_jobs SET rank = number * 7 % 10");
    kit_sql("UPDATE casecast_jobs SET kind = 'other' WHERE number % 3 = 0");
    kit_sql("UPDATE casecast_jobs SET state = 'done' WHERE number % 8 = 1");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_done(store_job_each(kit_store, &filters[i], note_difference, &n, &kit_error));
    ck_assert_int_gt(n, 150);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_claim_from_a_long_queue_costs_what_one_from_a_short_queue_does,
        nor_does_it_where_the_queue_has_many_priorities,
        nor_does_it_cost_more_for_each_job_that_runs_than_one_look,
        nor_do_jobs_of_other_kinds_that_stand_before_it,
        the_newest_jobs_are_told_with_their_positions,
        a_list_tells_the_positions_that_each_job_tells_alone,
    };
    const struct kit_loop loops[] = {{a_list_passes_the_queue_twice_however_much_it_tells, 2}};

    return kit_main_loops("store_claim", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, kit_start);
}
