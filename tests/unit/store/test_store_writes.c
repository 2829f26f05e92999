/* test_store_writes.c - many runs in one call: what they write, and how they are claimed. */
#include "unit/store/store_kit.h"

enum { N = 3 };

static char ids[N][JOB_ID_LEN + 1];

/* `n` new jobs. */
static void make(int n)
{
    static const char *const keys[N] = {"a", "b", "c"};

    for (int i = 0; i < n; i++)
        strcpy(ids[i], kit_job(keys[i]));
}

static int claim(const char *tag, int slots, int most, struct job ret_jobs[static N])
{
    int n;

    assert_done(
        store_jobs_claim(kit_store, kit_member("me"), slots, tag, most, ret_jobs, &n, &kit_error));
    return n;
}

static void clear(struct job *jobs, int n)
{
    for (int i = 0; i < n; i++)
        job_clear(&jobs[i]);
}

/* All three run under run 1. */
static void begin(void)
{
    struct job jobs[N] = {0};

    make(N);
    ck_assert_int_eq(claim(kit_tag(), N, N, jobs), N);
    clear(jobs, N);
}

#define SAYS(id_, ...)                                                                             \
    .job_id = (id_), .run = 1, .end = JOB_RUNNING, .events = (struct job_event[]){__VA_ARGS__},    \
    .n_events = sizeof((struct job_event[]){__VA_ARGS__}) / sizeof(struct job_event)

/* --- writes --- */

START_TEST(events_of_many_runs_come_in_the_order_of_the_call_and_each_job_counts_its_own)
{
    struct run_write writes[] = {{SAYS(ids[2], {.data = "c1"}, {.data = "c2"})},
        {SAYS(ids[0], {.data = "a1"})}, {SAYS(ids[1], {.name = "page", .data = "b1"})}};

    begin();
    assert_done(store_runs_write(kit_store, writes, 3, &kit_error));
    assert_events(ids[2], "1 job {\"state\":\"queued\"}\n2 - c1\n3 - c2\n");
    assert_events(ids[0], "1 job {\"state\":\"queued\"}\n2 - a1\n");
    assert_events(ids[1], "1 job {\"state\":\"queued\"}\n2 page b1\n");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events AS e JOIN casecast_events AS f"
                             " ON e.position < f.position AND e.data || f.data IN"
                             " ('c1c2', 'c2a1', 'a1b1', 'c1b1')"),
        "4");
}
END_TEST

START_TEST(a_run_that_has_lost_its_job_stops_no_other_and_writes_neither_events_nor_its_end)
{
    struct run_write writes[] = {{SAYS(ids[0], {.data = "a1"})}, {SAYS(ids[1], {.data = "b1"})},
        {SAYS(ids[2], {.data = "c1"})}};

    begin();
    writes[0].run = writes[1].run = 7;
    writes[1].end = JOB_DONE;
    writes[2].end = JOB_FAILED;
    writes[2].error = "no paper";
    assert_done(store_runs_write(kit_store, writes, 3, &kit_error));
    ck_assert_int_eq(writes[0].answer, STORE_E_LOST);
    ck_assert_int_eq(writes[1].answer, STORE_E_LOST);
    ck_assert_int_eq(writes[2].answer, 0);
    for (int i = 0; i < 2; i++) {
        assert_events(ids[i], "1 job {\"state\":\"queued\"}\n");
        ck_assert_int_eq(kit_state(ids[i]), JOB_RUNNING);
    }
    assert_events(ids[2], "1 job {\"state\":\"queued\"}\n2 - c1\n");
    ck_assert_str_eq(kit_ask("SELECT error FROM casecast_jobs WHERE state = 'failed'"), "no paper");
}
END_TEST

START_TEST(the_same_call_made_again_changes_nothing_and_succeeds)
{
    struct run_write writes[] = {
        {SAYS(ids[0], {.data = "a1", .once = "x"}, {.data = "twice", .once = "x"})},
        {SAYS(ids[1], {.data = "b1", .once = "x"})}};

    begin();
    writes[1].end = JOB_DONE;
    for (int i = 0; i < 3; i++) {
        assert_done(store_runs_write(kit_store, writes, 2, &kit_error));
        ck_assert_int_eq(writes[0].answer, 0);
        ck_assert_int_eq(writes[1].answer, 0);
    }
    assert_events(ids[0], "1 job {\"state\":\"queued\"}\n2 - a1\n");
    assert_events(ids[1], "1 job {\"state\":\"queued\"}\n2 - b1\n");
    ck_assert_int_eq(kit_state(ids[1]), JOB_DONE);
    writes[1].end = JOB_FAILED; /* another end is none of this run's */
    assert_done(store_runs_write(kit_store, writes, 2, &kit_error));
    ck_assert_int_eq(writes[1].answer, STORE_E_LOST);
}
END_TEST

static void note_key(void *ctx, const struct job *job)
{
    buf_add_text(ctx, job->key);
}

static void assert_to_clear(const char *keys)
{
    struct buf buf = {0};

    buf_add_text(&buf, "");
    assert_done(store_job_each_to_clear(kit_store, note_key, &buf, &kit_error));
    ck_assert_str_eq(buf.data, keys);
    buf_free(&buf);
}

START_TEST(an_ended_job_is_told_for_its_clearing_when_the_time_has_come_and_until_it_is_cleared)
{
    struct run_write writes[] = {{SAYS(ids[0], {.data = "a1"})}, {SAYS(ids[1], {.data = "b1"})},
        {SAYS(ids[2], {.data = "c1"})}};

    begin();
    for (int i = 0; i < N; i++)
        writes[i].end = JOB_DONE;
    writes[0].clear_after_ms = 3000000;
    writes[1].clear_after_ms = 2000000;
    assert_done(store_runs_write(kit_store, writes, N, &kit_error));
    ck_assert_str_eq(kit_ask("SELECT sum(clear_ms - ended_ms) FROM casecast_jobs"), "5000000");
    assert_to_clear("");
    kit_sql("UPDATE casecast_jobs SET clear_ms = clear_ms - 2000000");
    assert_to_clear("b");
    kit_sql("UPDATE casecast_jobs SET clear_ms = clear_ms - 2000000");
    assert_to_clear("ba");
    assert_done(store_job_was_cleared(kit_store, ids[1], &kit_error));
    assert_to_clear("a");
    assert_done(store_job_was_cleared(kit_store, ids[1], &kit_error));
    assert_done(store_job_was_cleared(kit_store, ids[0], &kit_error));
    assert_to_clear("");
}
END_TEST

/* --- claims --- */

START_TEST(a_claim_takes_as_many_jobs_as_there_are_slots_in_their_order)
{
    struct job jobs[N] = {0};

    make(N);
    ck_assert_int_eq(claim(kit_tag(), 2, N, jobs), 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(jobs[i].id, ids[i]);
        ck_assert_int_eq(jobs[i].run, 1);
        ck_assert_str_eq(jobs[i].input, "{\"id\":\"1\"}");
    }
    clear(jobs, 2);
    ck_assert_int_eq(claim(kit_tag(), 2, N, jobs), 0);
    ck_assert_int_eq(claim(kit_tag(), 3, N, jobs), 1);
    ck_assert_str_eq(jobs[0].id, ids[2]);
    clear(jobs, 1);
}
END_TEST

START_TEST(a_claim_of_several_that_is_asked_again_gives_those_that_still_run)
{
    struct job jobs[N] = {0};
    char tag[STORE_TAG_LEN + 1];

    make(N);
    strcpy(tag, kit_tag());
    ck_assert_int_eq(claim(tag, N, 2, jobs), 2);
    clear(jobs, 2);
    ck_assert_int_eq(claim(tag, N, 2, jobs), 2);
    ck_assert_str_eq(jobs[1].id, ids[1]);
    clear(jobs, 2);
    assert_done(store_job_end(kit_store, ids[0], 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    ck_assert_int_eq(claim(tag, N, 2, jobs), 1);
    ck_assert_str_eq(jobs[0].id, ids[1]);
    ck_assert_int_eq(jobs[0].run, 1);
    clear(jobs, 1);
    ck_assert_int_eq(kit_state(ids[2]), JOB_QUEUED);
}
END_TEST

/* On PostgreSQL a claim writes nothing that a reader of the journal could miss. */
START_TEST(a_claim_waits_for_no_writer_of_the_journal)
{
    if (!kit_is_postgres())
        return;
    make(1);
    kit_lock();
    ck_assert_str_eq(kit_claim("me", 1), ids[0]);
    kit_unlock();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        events_of_many_runs_come_in_the_order_of_the_call_and_each_job_counts_its_own,
        a_run_that_has_lost_its_job_stops_no_other_and_writes_neither_events_nor_its_end,
        the_same_call_made_again_changes_nothing_and_succeeds,
        an_ended_job_is_told_for_its_clearing_when_the_time_has_come_and_until_it_is_cleared,
        a_claim_takes_as_many_jobs_as_there_are_slots_in_their_order,
        a_claim_of_several_that_is_asked_again_gives_those_that_still_run,
        a_claim_waits_for_no_writer_of_the_journal,
    };

    return kit_main("store_writes", tests, sizeof tests / sizeof *tests, kit_start);
}
