/* test_store_claim_this.c - a member that claims one job, whatever else waits. */
#include "unit/store/store_kit.h"

static int claim(const char *alias, int slots, struct job *ret_job)
{
    *ret_job = (struct job){0};
    return store_job_claim(kit_store, kit_member(alias), slots, kit_tag(), ret_job, &kit_error);
}

/* As claim() with enough slots, where the job alone matters; "": none. */
static const char *claims(const char *alias)
{
    static char id[JOB_ID_LEN + 1];
    struct job job;
    int rc = claim(alias, 9, &job);

    ck_assert_msg(rc == 0 || rc == STORE_E_NOT_FOUND, "%d: %s", rc, kit_error.text);
    strcpy(id, job.id);
    job_clear(&job);
    return id;
}

START_TEST(it_takes_its_job_before_its_turn)
{
    char mine[JOB_ID_LEN + 1], tag[STORE_TAG_LEN + 1];
    struct job job;

    kit_job("a");
    kit_job("b");
    strcpy(mine, kit_job("c"));
    store_member_set_job(kit_member("one"), mine);
    ck_assert_str_ne(kit_claim("all", 1), "");
    strcpy(tag, kit_tag());
    for (int i = 0; i < 2; i++) { /* the same tag again: the same run */
        assert_done(store_job_claim(kit_store, kit_member("one"), 2, tag, &job, &kit_error));
        ck_assert_str_eq(job.id, mine);
        ck_assert_int_eq(job.run, 1);
        ck_assert_str_eq(job.input, "{\"id\":\"1\"}");
        job_clear(&job);
    }
    ck_assert_str_eq(claims("one"), "");       /* "b" waits, but it is another one's */
    ck_assert_str_eq(kit_claim("all", 2), ""); /* the job takes a slot from the others, too */
    ck_assert_str_ne(kit_claim("all", 3), "");
}
END_TEST

START_TEST(it_waits_for_a_free_slot_of_its_machine)
{
    char other[JOB_ID_LEN + 1], mine[JOB_ID_LEN + 1];
    struct job job;

    strcpy(other, kit_job("a"));
    strcpy(mine, kit_job("b"));
    store_member_set_job(kit_member("one"), mine);
    ck_assert_str_eq(kit_claim("all", 1), other);
    ck_assert_int_eq(claim("one", 1, &job), STORE_E_NOT_FOUND);
    ck_assert_int_eq(claim("one", 0, &job), STORE_E_NOT_FOUND);
    assert_done(store_job_end(kit_store, other, 1, JOB_CANCELED, NULL, NULL, NULL, 0, &kit_error));
    assert_done(claim("one", 1, &job));
    ck_assert_str_eq(job.id, mine);
    job_clear(&job);
}
END_TEST

START_TEST(what_others_run_is_theirs_until_they_are_gone)
{
    char mine[JOB_ID_LEN + 1];
    struct job job;

    strcpy(mine, kit_job("a"));
    store_member_set_job(kit_member("one"), mine);
    ck_assert_str_eq(kit_claim("dead", 1), mine);
    ck_assert_str_eq(claims("one"), "");
    kit_dies("dead");
    assert_done(claim("one", 1, &job)); /* its own slot is no other one's */
    ck_assert_str_eq(job.id, mine);
    ck_assert_int_eq(job.run, 2);
    ck_assert_int_eq(job.deaths, 1);
    job_clear(&job);
    kit_dies("one");
    ck_assert_str_eq(kit_claim("heir", 1), mine);
}
END_TEST

START_TEST(it_waits_while_another_job_of_its_key_still_runs)
{
    char first[JOB_ID_LEN + 1], mine[JOB_ID_LEN + 1];
    struct job job;
    bool is_first;

    strcpy(first, kit_job("a"));
    kit_claim("owner", 1);
    assert_done(
        store_job_cancel(kit_store, first, CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    strcpy(mine, kit_job("a"));
    ck_assert_str_ne(mine, first);
    store_member_set_job(kit_member("one"), mine);
    ck_assert_str_eq(claims("one"), "");
    assert_done(store_job_end(kit_store, first, 1, JOB_CANCELED, NULL, NULL, NULL, 0, &kit_error));
    ck_assert_str_eq(claims("one"), mine);
}
END_TEST

START_TEST(it_waits_for_a_member_of_the_engine_that_its_key_was_made_for)
{
    const struct member_info here = {.engine = "here", .lease_ms = LEASE_MS},
                             there = {.engine = "there", .lease_ms = LEASE_MS};
    struct member *one = store_member_new(kit_path, &here),
                  *other = store_member_new(kit_path, &there);
    struct job_request request = kit_request("1", "a");
    struct job job, claimed = {0};
    bool is_new;

    request.engine = "there";
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    store_member_set_job(one, job.id);
    assert_done(store_member_renew(kit_store, one, &kit_error));
    assert_done(store_member_renew(kit_store, other, &kit_error));
    ck_assert_int_eq(
        store_job_claim(kit_store, one, 1, kit_tag(), &claimed, &kit_error), STORE_E_NOT_FOUND);
    assert_done(store_member_release(kit_store, other, &kit_error));
    store_member_free(other);
    assert_done(store_job_claim(kit_store, one, 1, kit_tag(), &claimed, &kit_error));
    ck_assert_str_eq(claimed.id, job.id);
    job_clear(&claimed);
    job_clear(&job);
    store_member_free(one);
}
END_TEST

START_TEST(of_the_jobs_to_cancel_it_ends_its_own_alone)
{
    char mine[JOB_ID_LEN + 1], other[JOB_ID_LEN + 1];
    enum job_state state;

    strcpy(other, kit_job("a"));
    strcpy(mine, kit_job("b"));
    store_member_set_job(kit_member("one"), mine);
    assert_done(store_job_want_cancel(kit_store, other, &state, &kit_error));
    assert_done(store_job_want_cancel(kit_store, mine, &state, &kit_error));
    ck_assert_str_eq(claims("one"), mine);
    ck_assert_str_eq(claims("one"), "");
    ck_assert_str_eq(kit_claim("all", 0), other);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        it_takes_its_job_before_its_turn,
        it_waits_for_a_free_slot_of_its_machine,
        what_others_run_is_theirs_until_they_are_gone,
        it_waits_while_another_job_of_its_key_still_runs,
        it_waits_for_a_member_of_the_engine_that_its_key_was_made_for,
        of_the_jobs_to_cancel_it_ends_its_own_alone,
    };

    return kit_main("store_claim_this", tests, sizeof tests / sizeof *tests, kit_start);
}
