/* test_store_parts.c - parts of a running job that other machines may make: common/store/parts.h.
 * SQLite has none: its jobs are made by one machine. */
#include "base/mem.h"
#include "store/parts.h"
#include "store_kit.h"

static struct member *owner, *helper, *stranger;
static struct job job;
static int64_t plan;

static struct member *make_member(const char *machine, const char *engine)
{
    struct member_info info = {
        .kinds = ",video,", .machine = machine, .engine = engine, .slots = 1, .lease_ms = LEASE_MS};
    struct member *member = store_member_new(kit_path, &info);

    assert_done(store_member_renew(kit_store, member, &kit_error));
    return member;
}

static void make_job(const char *key)
{
    const struct job_event first = {.data = "first"};
    const struct job_request request = {.kind = "video",
        .subject = "1",
        .key = key,
        .input = "{\"case\":1}",
        .first = &first,
        .max_queued = 10};
    struct job made;
    bool is_new;

    assert_done(store_job_open(kit_store, &request, &made, &is_new, &kit_error));
    job_clear(&made);
}

static int open_plan(struct member *member, const char *text)
{
    const struct job_plan parts = {.text = text, .first = 2, .n = 6};

    return store_plan_open(kit_store, member, job.id, job.run, &parts, &plan, &kit_error);
}

static void set_up(void)
{
    kit_start();
    owner = make_member("m1", "e1");
    helper = make_member("m2", "e1");
    stranger = make_member("m3", "e2");
    make_job("k1");
    assert_done(store_job_claim(kit_store, owner, 1, "claim", &job, &kit_error));
    if (store_shares_parts(kit_store))
        assert_done(open_plan(owner, "{\"sounds\":[]}"));
}

static void tear_down(void)
{
    job_clear(&job);
    store_member_free(owner);
    store_member_free(helper);
    store_member_free(stranger);
    kit_stop();
}

static int claim(const struct member *member)
{
    int number = -1;
    int rc = store_part_claim(kit_store, member, plan, &number, &kit_error);

    return rc == 0 ? number : -rc;
}

static int find(const struct member *member)
{
    struct plan_found found;
    int rc = store_plan_find(kit_store, member, &found, &kit_error);

    if (rc == 0) {
        ck_assert_int_eq(found.number, plan);
        ck_assert_str_eq(found.job_id, job.id);
        ck_assert_str_eq(found.kind, "video");
        ck_assert_str_eq(found.input, "{\"case\":1}");
        ck_assert_str_eq(found.text, "{\"sounds\":[]}");
        ck_assert_int_eq(found.first, 2);
        ck_assert_int_eq(found.n, 6);
    } else if (rc == STORE_E_OTHER) {
        ck_assert_str_eq(found.engine, "e1");
    }
    plan_found_clear(&found);
    return rc;
}

/* What `member` reads, as "2 m2 -, 3 m2 key, ". */
static struct buf seen;

static void see(void *ctx, const struct job_part *part)
{
    (void)ctx;
    ck_assert_int_ge(part->claimed_ms, 0);
    buf_format(&seen, "%d %s %s%s, ", part->number, part->machine, part->key ? part->key : "-",
        part->is_claimer_gone ? " gone" : "");
}

static void check_sees(const struct member *member, int from, const char *wanted)
{
    buf_free(&seen);
    buf_add_text(&seen, "");
    assert_done(store_part_each(kit_store, member, plan, from, see, NULL, &kit_error));
    ck_assert_str_eq(seen.data, wanted);
    buf_free(&seen);
}

/* As if the member had been silent for long, and its claims were old. */
static void silence(const struct member *member)
{
    char *sql = mem_format(
        "UPDATE casecast_members SET leased_until_ms = casecast_now_ms() - 1 WHERE name = '%s'",
        store_member_name(member));

    kit_sql(sql);
    free(sql);
    kit_sql("UPDATE casecast_parts SET claimed_ms = 1 WHERE claimed_ms > 0");
}

START_TEST(each_part_is_claimed_once_and_in_order)
{
    ck_assert_int_eq(claim(owner), 2);
    ck_assert_int_eq(claim(helper), 3);
    ck_assert_int_eq(claim(owner), 4);
    ck_assert_int_eq(claim(helper), 5);
    ck_assert_int_eq(claim(helper), -STORE_E_NOT_FOUND);
    check_sees(owner, 0, "3 m2 -, 5 m2 -, ");
    check_sees(helper, 3, "4 m1 -, ");
}
END_TEST

START_TEST(a_helper_goes_on_where_it_is_and_begins_away_from_others)
{
    const struct job_plan large = {.text = "{\"sounds\":[2]}", .first = 2, .n = 20};
    struct member *other = make_member("m4", "e1");

    assert_done(store_plan_open(kit_store, owner, job.id, job.run, &large, &plan, &kit_error));
    ck_assert_int_eq(claim(helper), 2);
    ck_assert_int_eq(claim(other), 7);
    ck_assert_int_eq(claim(helper), 3);
    ck_assert_int_eq(claim(other), 8);
    ck_assert_int_eq(claim(owner), 4); /* it waits for the first */
    ck_assert_int_eq(claim(helper), 13);
    for (int i = 0; i < 12; i++)
        ck_assert_int_gt(claim(helper), 4);
    ck_assert_int_eq(claim(helper), -STORE_E_NOT_FOUND);
    store_member_free(other);
}
END_TEST

START_TEST(of_the_last_parts_the_largest_is_claimed_first)
{
    const struct job_plan sized = {
        .text = "{\"sounds\":[3],\"sizes\":[1,9,1,1,5,7,5,1]}", .first = 2, .n = 10};

    assert_done(store_plan_open(kit_store, owner, job.id, job.run, &sized, &plan, &kit_error));
    for (int i = 2; i < 6; i++)
        ck_assert_int_eq(claim(owner), i); /* in order, though 3 is the largest */
    ck_assert_int_eq(claim(helper), 7);    /* four are being made, and four are free */
    ck_assert_int_eq(claim(owner), 6);
    ck_assert_int_eq(claim(helper), 8);
    ck_assert_int_eq(claim(owner), 9);
}
END_TEST

START_TEST(what_is_made_has_its_key_and_is_not_claimed_again)
{
    ck_assert_int_eq(claim(helper), 2);
    assert_done(store_part_made(kit_store, helper, plan, 2, "key", &kit_error));
    assert_done(store_part_made(kit_store, owner, plan, 2, "later", &kit_error));
    check_sees(owner, 0, "2 m2 key, ");
    silence(helper);
    ck_assert_int_eq(claim(owner), 3);
}
END_TEST

START_TEST(what_is_given_back_is_claimed_again)
{
    ck_assert_int_eq(claim(helper), 2);
    assert_done(store_part_made(kit_store, owner, plan, 2, NULL, &kit_error)); /* not its own */
    ck_assert_int_eq(claim(owner), 3);
    assert_done(store_part_made(kit_store, helper, plan, 2, NULL, &kit_error));
    ck_assert_int_eq(claim(owner), 2);
}
END_TEST

START_TEST(the_claims_of_a_silent_helper_are_free)
{
    ck_assert_int_eq(claim(helper), 2);
    silence(helper);
    check_sees(owner, 0, "2 m2 - gone, ");
    ck_assert_int_eq(claim(owner), 2);
}
END_TEST

START_TEST(machines_of_the_same_engine_find_a_plan)
{
    struct member *neighbour = make_member("m1", "e1");

    ck_assert_int_eq(find(helper), 0);
    ck_assert_int_eq(find(stranger), STORE_E_OTHER);
    ck_assert_int_eq(find(owner), STORE_E_NOT_FOUND);
    ck_assert_int_eq(find(neighbour), STORE_E_NOT_FOUND); /* its cores are the owner's */
    silence(owner);
    ck_assert_int_eq(find(helper), STORE_E_NOT_FOUND);
    store_member_free(neighbour);
}
END_TEST

START_TEST(a_plan_without_a_free_part_is_not_found)
{
    for (int i = 2; i < 6; i++)
        ck_assert_int_eq(claim(owner), i);
    ck_assert_int_eq(find(helper), STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(of_equal_rests_the_plan_with_fewer_helpers_is_found_first)
{
    struct member *other = make_member("m4", "e1");
    int64_t first = plan;

    ck_assert_int_eq(claim(other), 2);
    job_clear(&job);
    make_job("k2");
    assert_done(store_job_claim(kit_store, owner, 2, "claim 2", &job, &kit_error));
    assert_done(open_plan(owner, "{\"sounds\":[]}"));
    ck_assert_int_ne(plan, first);
    ck_assert_int_eq(claim(owner), 2);
    ck_assert_int_eq(find(helper), 0); /* the second */
    store_member_free(other);
}
END_TEST

START_TEST(the_plan_with_the_shorter_rest_is_found_first)
{
    struct member *other = make_member("m4", "e1");

    job_clear(&job);
    make_job("k2");
    assert_done(store_job_claim(kit_store, owner, 2, "claim 2", &job, &kit_error));
    assert_done(open_plan(owner, "{\"sounds\":[]}"));
    ck_assert_int_eq(claim(other), 2); /* it has a helper, too */
    ck_assert_int_eq(find(helper), 0); /* the second */
    store_member_free(other);
}
END_TEST

START_TEST(the_same_plan_keeps_what_was_made)
{
    int64_t before = plan;

    ck_assert_int_eq(claim(helper), 2);
    ck_assert_int_eq(claim(helper), 3);
    ck_assert_int_eq(claim(owner), 4);
    assert_done(store_part_made(kit_store, helper, plan, 2, "key", &kit_error));
    silence(owner);
    job_clear(&job);
    assert_done(store_job_claim(kit_store, helper, 1, "heir", &job, &kit_error));
    assert_done(open_plan(helper, "{\"sounds\":[]}"));
    ck_assert_int_eq(plan, before);
    /* the heir finds what it made as a helper, and claims again what it had claimed */
    check_sees(helper, 0, "2  key, 4 m1 - gone, ");
    ck_assert_int_eq(claim(helper), 3);
    ck_assert_int_eq(claim(helper), 4);
}
END_TEST

START_TEST(another_plan_begins_anew)
{
    int64_t before = plan;

    ck_assert_int_eq(claim(helper), 2);
    assert_done(open_plan(owner, "{\"sounds\":[1]}"));
    ck_assert_int_ne(plan, before);
    ck_assert_int_eq(claim(helper), 2);
    plan = before;
    ck_assert_int_eq(claim(helper), -STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(an_earlier_run_opens_no_plan)
{
    job.run--;
    ck_assert_int_eq(open_plan(owner, "{\"sounds\":[]}"), STORE_E_LOST);
}
END_TEST

START_TEST(nothing_is_left_after_the_end)
{
    const struct job_event last = {.name = "end", .data = "{}"};

    ck_assert_int_eq(claim(helper), 2);
    assert_done(
        store_job_end(kit_store, job.id, job.run, JOB_DONE, "{}", NULL, &last, 1, &kit_error));
    ck_assert_int_eq(claim(helper), -STORE_E_NOT_FOUND);
    ck_assert_int_eq(find(helper), STORE_E_NOT_FOUND);
    assert_done(store_part_made(kit_store, helper, plan, 2, "key", &kit_error));
    check_sees(owner, 0, "");
    ck_assert_int_eq(open_plan(owner, "{\"sounds\":[]}"), STORE_E_LOST);
}
END_TEST

START_TEST(an_sqlite_file_is_for_one_machine)
{
    ck_assert_int_eq(store_shares_parts(kit_store), kit_is_postgres());
    ck_assert_int_eq(store_address_shares_parts(kit_path), kit_is_postgres());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_parts");
    TCase *tests = tcase_create("parts");
    SRunner *runner = srunner_create(suite);
    int failed;

    digest_init();
    if (kit_is_postgres())
        kit_make_tables();
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_sqlite_file_is_for_one_machine);
    if (kit_is_postgres()) {
        tcase_add_test(tests, each_part_is_claimed_once_and_in_order);
        tcase_add_test(tests, a_helper_goes_on_where_it_is_and_begins_away_from_others);
        tcase_add_test(tests, of_the_last_parts_the_largest_is_claimed_first);
        tcase_add_test(tests, what_is_made_has_its_key_and_is_not_claimed_again);
        tcase_add_test(tests, what_is_given_back_is_claimed_again);
        tcase_add_test(tests, the_claims_of_a_silent_helper_are_free);
        tcase_add_test(tests, machines_of_the_same_engine_find_a_plan);
        tcase_add_test(tests, a_plan_without_a_free_part_is_not_found);
        tcase_add_test(tests, of_equal_rests_the_plan_with_fewer_helpers_is_found_first);
        tcase_add_test(tests, the_plan_with_the_shorter_rest_is_found_first);
        tcase_add_test(tests, the_same_plan_keeps_what_was_made);
        tcase_add_test(tests, another_plan_begins_anew);
        tcase_add_test(tests, an_earlier_run_opens_no_plan);
        tcase_add_test(tests, nothing_is_left_after_the_end);
    }
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
