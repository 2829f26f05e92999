/* test_store_publish.c - what publishers say of jobs that no member runs. */
#include "unit/store/store_kit.h"

#define FIRST "1 job {\"state\":\"queued\"}\n"

static const struct job_event two[] = {
    {.data = "one", .once = "a"}, {.name = "page", .data = "{\"n\":1}", .once = "b"}};

/* Says it, and tells the job's run then. */
static int say(struct job_publication *publication, const char *id, int64_t *ret_run)
{
    struct job job = {0};
    int rc;

    publication->job_id = id;
    publication->most = publication->n_events && !publication->most ? 100 : publication->most;
    rc = store_job_publish(kit_store, publication, &job, &kit_error);
    if (ret_run)
        *ret_run = job.run;
    job_clear(&job);
    return rc;
}

static int say_two(const char *id)
{
    return say(&(struct job_publication){.run = -1, .events = two, .n_events = 2}, id, NULL);
}

static int say_end(const char *id, enum job_state end, const char *text)
{
    struct job_event last = {.name = "end", .data = "{}"};

    return say(&(struct job_publication){.run = -1,
                   .end = end,
                   .result = end == JOB_DONE ? text : NULL,
                   .error = end == JOB_DONE ? NULL : text,
                   .last = &last,
                   .n_last = 1},
        id, NULL);
}

START_TEST(the_first_word_of_a_publisher_begins_the_job)
{
    const char *id = kit_job("a");
    struct job job;

    assert_done(say_two(id));
    job = kit_get(id);
    ck_assert_int_eq(job.state, JOB_RUNNING);
    ck_assert_int_ge(job.started_ms, job.created_ms);
    job_clear(&job);
    assert_events(id, FIRST "2 - one\n3 page {\"n\":1}\n");
}
END_TEST

START_TEST(said_again_nothing_is_doubled)
{
    const char *id = kit_job("a");

    assert_done(say_two(id));
    assert_done(say_two(id));
    assert_events(id, FIRST "2 - one\n3 page {\"n\":1}\n");
}
END_TEST

START_TEST(progress_is_replaced_and_stays)
{
    const char *id = kit_job("a");
    struct job job;

    assert_done(say(&(struct job_publication){.run = -1, .progress = "{\"p\":1}"}, id, NULL));
    assert_done(say(&(struct job_publication){.run = -1, .progress = "{\"p\":2}"}, id, NULL));
    assert_done(say_two(id));
    job = kit_get(id);
    ck_assert_str_eq(job.progress, "{\"p\":2}");
    ck_assert_int_eq(job.state, JOB_RUNNING);
    job_clear(&job);
}
END_TEST

START_TEST(the_same_end_again_succeeds_and_another_is_refused)
{
    const char *id = kit_job("a");

    assert_done(say_end(id, JOB_DONE, "{}"));
    assert_done(say_end(id, JOB_DONE, "{}"));
    ck_assert_int_eq(say_end(id, JOB_DONE, "{\"n\":1}"), STORE_E_LOST);
    ck_assert_int_eq(say_end(id, JOB_FAILED, "no"), STORE_E_LOST);
    ck_assert_int_eq(say_two(id), STORE_E_LOST);
    ck_assert_int_eq(kit_state(id), JOB_DONE);
    assert_events(id, FIRST "2 end {}\n");
}
END_TEST

START_TEST(a_job_that_failed_keeps_its_reason)
{
    const char *id = kit_job("a");
    struct job job;

    assert_done(say_end(id, JOB_FAILED, "no report"));
    job = kit_get(id);
    ck_assert_str_eq(job.error, "no report");
    ck_assert_int_gt(job.ended_ms, 0);
    job_clear(&job);
}
END_TEST

START_TEST(a_cancel_is_told_and_any_member_ends_the_job)
{
    enum job_state state;
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    assert_done(say_two(id));
    assert_done(store_job_want_cancel(kit_store, id, &state, &kit_error));
    ck_assert_int_eq(say_two(id), STORE_E_LOST);
    ck_assert_str_eq(kit_claim("me", 0), id);
    ck_assert_int_eq(say_two(id), STORE_E_LOST);
}
END_TEST

START_TEST(a_member_that_runs_no_such_jobs_takes_none_of_them)
{
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    assert_done(say_two(id));
    store_member_set_kinds(kit_member("me"), ",other,", ",other,", NULL);
    ck_assert_str_eq(kit_claim("me", 5), "");
    assert_done(say_two(id));
}
END_TEST

START_TEST(of_a_job_that_a_member_runs_nothing_can_be_published)
{
    const char *id = kit_job("a");

    ck_assert_str_eq(kit_claim("me", 5), id);
    ck_assert_int_eq(say_two(id), STORE_E_LOST);
    assert_events(id, FIRST);
}
END_TEST

START_TEST(who_goes_by_a_run_says_nothing_after_another_word)
{
    const char *id = kit_job("a");
    int64_t first, second;

    assert_done(say(&(struct job_publication){.run = 0, .progress = "1"}, id, &first));
    assert_done(say(&(struct job_publication){.run = first, .progress = "2"}, id, &second));
    ck_assert_int_ne(first, second);
    ck_assert_int_eq(
        say(&(struct job_publication){.run = first, .end = JOB_FAILED, .error = "silent"}, id,
            NULL),
        STORE_E_LOST);
    ck_assert_int_eq(kit_state(id), JOB_RUNNING);
}
END_TEST

START_TEST(a_job_has_so_many_events_and_no_more)
{
    const char *id = kit_job("a");
    struct job_publication both = {.run = -1, .events = two, .n_events = 2, .most = 2};

    ck_assert_int_eq(say(&both, id, NULL), STORE_E_FULL); /* its first is there already */
    assert_events(id, FIRST);
    ck_assert_int_eq(kit_state(id), JOB_QUEUED);
    both.most = 3;
    assert_done(say(&both, id, NULL));
    assert_done(say(&both, id, NULL));
    assert_done(say_end(id, JOB_DONE, "{}"));
}
END_TEST

START_TEST(of_a_job_that_is_not_there_nothing_can_be_said)
{
    ck_assert_int_eq(say_two("zzzzzzzzzzzzzzzzzzzzzzzzzz"), STORE_E_NOT_FOUND);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_first_word_of_a_publisher_begins_the_job,
        said_again_nothing_is_doubled, progress_is_replaced_and_stays,
        the_same_end_again_succeeds_and_another_is_refused, a_job_that_failed_keeps_its_reason,
        a_cancel_is_told_and_any_member_ends_the_job,
        a_member_that_runs_no_such_jobs_takes_none_of_them,
        of_a_job_that_a_member_runs_nothing_can_be_published,
        who_goes_by_a_run_says_nothing_after_another_word, a_job_has_so_many_events_and_no_more,
        of_a_job_that_is_not_there_nothing_can_be_said};

    return kit_main("store_publish", tests, sizeof tests / sizeof *tests, kit_start);
}
