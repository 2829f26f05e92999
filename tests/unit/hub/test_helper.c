/* test_helper.c - the thread that makes parts of others' jobs: which job it visits, for how long,
 * and which it refuses.  PostgreSQL only: nobody shares the parts of a job in SQLite. */
#include "base/clock.h"
#include "base/log.h"
#include "hub/helper/helper.h"
#include "unit/store/store_kit.h"

enum { LONG_LEASE_MS = 60000, MOST_MS = 20000, PART_MS = 20, VISITS_MOST = 16 };

static struct config config;
static struct inbox *inbox;
static struct helper *helper;
static struct member *owners[3]; /* each on a machine of its own */
static struct member *member;    /* the helper's */

/* --- a kind whose parts take PART_MS --- */

static atomic_int n_visits;
static char visited[VISITS_MOST]; /* the letter of each job's plan */

static int make_parts(struct help *help, struct error *err)
{
    int number, rc = 0, n = atomic_load(&n_visits);

    if (n < VISITS_MOST)
        visited[n] = help_plan(help)[1];
    atomic_store(&n_visits, n + 1);
    while (rc == 0 && !atomic_load(help_stop(help))) {
        rc = help_claim(help, &number, err);
        if (rc == 0) {
            usleep(PART_MS * 1000);
            help_made(help, number, "key");
        }
    }
    return rc;
}

static const struct job_kind kind = {.name = "video", .help = make_parts};
static const struct job_kind *const list[] = {&kind, NULL};
static const struct kinds kinds = {list};

/* --- arranging --- */

static struct member *make_member(const char *machine, const char *engine)
{
    struct member_info info = {.kinds = ",video,",
        .machine = machine,
        .engine = engine,
        .slots = 1,
        .lease_ms = LONG_LEASE_MS};
    struct member *made = store_member_new(kit_path, &info);

    assert_done(store_member_renew(kit_store, made, &kit_error));
    return made;
}

static void set_up(void)
{
    log_start("stderr", LOG_LEVEL_ERROR);
    kit_start();
    config = (struct config){.database = kit_path, .help = true};
    inbox = inbox_new();
    inbox_set_foreign(inbox, true);
}

static void tear_down(void)
{
    helper_free(helper);
    for (int i = 0; i < 3; i++)
        store_member_free(owners[i]);
    store_member_free(member);
    inbox_free(inbox);
    kit_stop();
}

static void start_helper(const char *engine)
{
    member = make_member("helper", engine);
    helper = helper_start(&config, &kinds, inbox, member);
    ck_assert_ptr_nonnull(helper);
}

/* The owner `i` runs a job with a plan of this letter, as JSON, and so many parts.  Its id stays until the next
 * call. */
static const char *run_job(int i, const char *name, const char *engine, int n)
{
    char text[] = {'"', *name, '"', '\0'}, machine[8];
    const struct job_plan plan = {.text = text, .first = 0, .n = n};
    static char id[JOB_ID_LEN + 1];
    struct job job;
    int64_t number;

    snprintf(machine, sizeof machine, "m%d", i);
    owners[i] = make_member(machine, engine);
    strcpy(id, kit_job(name));
    assert_done(store_job_claim(kit_store, owners[i], 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    assert_done(store_plan_open(kit_store, owners[i], id, job.run, &plan, &number, &kit_error));
    job_clear(&job);
    return id;
}

static int count_parts(const char *plan, const char *which)
{
    char sql[200];

    snprintf(sql, sizeof sql,
        "SELECT count(*) FROM casecast_parts JOIN casecast_plans q ON q.number = casecast_parts.plan"
        " WHERE q.plan = '\"%s\"' AND %s", plan, which);
    return atoi(kit_ask(sql));
}

static int count_made(const char *plan)
{
    return count_parts(plan, "made_key IS NOT NULL");
}

static void wait_for_made(const char *plan, int n)
{
    int64_t until = clock_monotonic_ms() + MOST_MS;

    while (count_made(plan) < n) {
        ck_assert_msg(clock_monotonic_ms() < until, "of plan %s %d parts are made, not %d", plan,
            count_made(plan), n);
        usleep(20000);
    }
}

/* --- visits --- */

START_TEST(a_visit_ends_when_another_job_needs_help_more)
{
    run_job(0, "a", "e1", 2000);
    start_helper("e1");
    wait_for_made("a", 1);
    run_job(1, "b", "e1", 3);
    wait_for_made("b", 3);
    ck_assert_int_gt(count_parts("a", "member IS NULL"), 0);
    wait_for_made("a", count_made("a") + 1);
    ck_assert_int_eq(atomic_load(&n_visits), 3);
    ck_assert_mem_eq(visited, "aba", 3);
}
END_TEST

START_TEST(a_visit_goes_on_while_no_other_job_needs_help_more)
{
    int64_t until;

    run_job(0, "a", "e1", 2000);
    start_helper("e1");
    wait_for_made("a", 1);
    run_job(1, "b", "e1", 3000);
    until = clock_monotonic_ms() + 6000; /* longer than between two looks */
    while (clock_monotonic_ms() < until)
        usleep(100000);
    wait_for_made("a", count_made("a") + 1);
    ck_assert_int_eq(atomic_load(&n_visits), 1);
    ck_assert_int_eq(count_made("b"), 0);
    ck_assert_uint_ge(helper_parts_made(helper), 2);
}
END_TEST

START_TEST(a_process_that_stops_leaves_a_visit_at_once)
{
    int64_t began;

    run_job(0, "a", "e1", 2000);
    start_helper("e1");
    wait_for_made("a", 1);
    began = clock_monotonic_ms();
    helper_free(helper);
    helper = NULL;
    ck_assert_int_lt(clock_monotonic_ms() - began, 2000);
}
END_TEST

/* --- other engines --- */

static void note_refused(void *ctx, const char *engine, unsigned long long n)
{
    buf_format(ctx, "%s %llu, ", engine, n);
}

static bool has_refused(const char *expected)
{
    struct buf now = {0};
    bool is_so;

    helper_each_refused(helper, note_refused, &now);
    is_so = now.data && strcmp(now.data, expected) == 0;
    buf_free(&now);
    return is_so;
}

static void wait_for_refused(const char *expected)
{
    int64_t until = clock_monotonic_ms() + MOST_MS;

    while (!has_refused(expected)) {
        ck_assert_msg(clock_monotonic_ms() < until, "not refused: %s", expected);
        usleep(20000);
    }
}

static void end_job(const char *id)
{
    assert_done(store_job_end(kit_store, id, 1, JOB_DONE, NULL, NULL, NULL, 0, &kit_error));
}

START_TEST(each_job_of_another_engine_counts_once)
{
    const char *id = run_job(0, "a", "e1", 4);

    start_helper("e2");
    wait_for_refused("e1 1, ");
    usleep(1000000); /* it looks four times meanwhile */
    ck_assert(has_refused("e1 1, "));
    end_job(id);
    id = run_job(1, "b", "e1", 4);
    wait_for_refused("e1 2, ");
    end_job(id);
    run_job(2, "c", "e3", 4);
    wait_for_refused("e1 2, e3 1, ");
    ck_assert_int_eq(atomic_load(&n_visits), 0);
    ck_assert_uint_eq(helper_parts_made(helper), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("helper");
    TCase *tests = tcase_create("helper");
    SRunner *runner = srunner_create(suite);
    int failed;

    digest_init();
    kit_make_tables();
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_visit_ends_when_another_job_needs_help_more);
    tcase_add_test(tests, a_visit_goes_on_while_no_other_job_needs_help_more);
    tcase_add_test(tests, a_process_that_stops_leaves_a_visit_at_once);
    tcase_add_test(tests, each_job_of_another_engine_counts_once);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
