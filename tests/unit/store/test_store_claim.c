/* test_store_claim.c - what a claim costs with SQLite, however long the queue is.  Counted in steps
 * of SQLite's machine, as a clock says something else on each run. */
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

int main(void)
{
    const TTest *const tests[] = {
        a_claim_from_a_long_queue_costs_what_one_from_a_short_queue_does,
        nor_does_it_where_the_queue_has_many_priorities,
        nor_does_it_cost_more_for_each_job_that_runs_than_one_look,
        the_newest_jobs_are_told_with_their_positions,
    };

    return kit_main("store_claim", tests, sizeof tests / sizeof *tests, kit_start);
}
