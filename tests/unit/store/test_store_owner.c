/* test_store_owner.c - members, claims, leases, the fence. */
#include <sys/wait.h>

#include "base/clock.h"
#include "unit/store/store_kit.h"

static const struct job_event note = {.name = "scene", .data = "{}", .once = "scene 1"};

START_TEST(the_oldest_job_is_claimed_first_with_its_input)
{
    char first[JOB_ID_LEN + 1];
    struct job job;

    strcpy(first, kit_job("a"));
    kit_job("b");
    assert_done(store_job_claim(kit_store, kit_member("me"), 2, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, first);
    ck_assert_int_eq(job.state, JOB_RUNNING);
    ck_assert_str_eq(job.input, "{\"id\":\"1\"}");
    ck_assert_int_ge(job.started_ms, job.created_ms);
    ck_assert_int_eq(job.deaths, 0);
    job_clear(&job);
}
END_TEST

START_TEST(slots_hold_for_all_processes_together)
{
    kit_job("a");
    kit_job("b");
    kit_job("c");
    ck_assert_str_ne(kit_claim("one", 2), "");
    ck_assert_str_ne(kit_claim("two", 2), "");
    ck_assert_str_eq(kit_claim("three", 2), "");
    ck_assert_str_eq(kit_claim("one", 2), "");
    ck_assert_str_ne(kit_claim("three", 3), "");
}
END_TEST

START_TEST(each_machine_has_slots_of_its_own)
{
    const struct member_info left = {.machine = "left", .lease_ms = LEASE_MS},
                             right = {.machine = "right", .lease_ms = LEASE_MS};
    struct member *members[] = {store_member_new(kit_path, &left),
        store_member_new(kit_path, &left), store_member_new(kit_path, &right)};
    const int answers[] = {0, STORE_E_NOT_FOUND, 0, STORE_E_NOT_FOUND};
    struct job job = {0};

    for (int i = 0; i < 4; i++)
        kit_job((const char *[]){"a", "b", "c", "d"}[i]);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(
            store_job_claim(kit_store, members[i % 3], 1, kit_tag(), &job, &kit_error), answers[i]);
        job_clear(&job);
    }
    for (int i = 0; i < 3; i++)
        store_member_free(members[i]);
}
END_TEST

/* The owner goes on when it wakes, if nobody took its job: else two jobs would run in one slot. */
START_TEST(a_sleeping_process_keeps_its_slot_until_its_job_is_taken_over)
{
    const struct member_info elsewhere = {.machine = "right", .lease_ms = LEASE_MS};
    char asleep[JOB_ID_LEN + 1];
    struct member *other = store_member_new(kit_path, &elsewhere);
    struct job job = {0};

    kit_job("older");
    ck_assert_str_ne(kit_claim("early", 2), "");
    strcpy(asleep, kit_job("a"));
    ck_assert_str_eq(kit_claim("sleeper", 2), asleep);
    assert_done(store_member_release(kit_store, kit_member("early"), &kit_error));
    kit_sleeps("sleeper");
    ck_assert_str_eq(kit_claim("neighbour", 1), asleep);
    ck_assert_str_eq(kit_claim("neighbour", 1), "");
    ck_assert_str_eq(kit_claim("sleeper", 1), "");

    kit_sleeps("neighbour"); /* on another machine it keeps no slot */
    assert_done(store_job_claim(kit_store, other, 1, kit_tag(), &job, &kit_error));
    ck_assert_str_ne(job.id, asleep);
    job_clear(&job);
    store_member_free(other);
}
END_TEST

static const char *claim_of(struct member *member, int slots)
{
    static char id[JOB_ID_LEN + 1];
    struct job job = {0};
    int rc = store_job_claim(kit_store, member, slots, kit_tag(), &job, &kit_error);

    strcpy(id, rc == 0 ? job.id : "");
    ck_assert(rc == 0 || rc == STORE_E_NOT_FOUND);
    job_clear(&job);
    return id;
}

static const char *job_for(const char *kind, const char *key, const char *engine)
{
    static char id[JOB_ID_LEN + 1];
    struct job_request request = kit_request("1", key);
    struct job job = {0};
    bool is_new;

    request.kind = kind;
    request.engine = engine;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    strcpy(id, job.id);
    job_clear(&job);
    return id;
}

START_TEST(a_kind_may_have_fewer_slots_than_its_machine)
{
    const struct member_info here = {.machine = "left",
                                 .limits = "{\"digest\":1}",
                                 .lease_ms = LEASE_MS},
                             there = {.machine = "right",
                                 .limits = "{\"digest\":1}",
                                 .lease_ms = LEASE_MS};
    struct member *one = store_member_new(kit_path, &here),
                  *two = store_member_new(kit_path, &here),
                  *other = store_member_new(kit_path, &there);
    char first[JOB_ID_LEN + 1], second[JOB_ID_LEN + 1], third[JOB_ID_LEN + 1],
        video[JOB_ID_LEN + 1];

    strcpy(first, job_for("digest", "a", NULL));
    strcpy(second, job_for("digest", "b", NULL));
    strcpy(third, job_for("digest", "c", NULL));
    strcpy(video, job_for("video", "d", NULL));
    ck_assert_str_eq(claim_of(one, 4), first);
    ck_assert_str_eq(claim_of(two, 4), video);
    ck_assert_str_eq(claim_of(two, 4), "");
    ck_assert_str_eq(claim_of(other, 4), second);
    ck_assert_str_eq(claim_of(other, 4), "");
    assert_done(store_job_end(kit_store, first, 1, JOB_DONE, NULL, NULL, NULL, 0, &kit_error));
    ck_assert_str_eq(claim_of(two, 4), third);
    store_member_free(one);
    store_member_free(two);
    store_member_free(other);
}
END_TEST

/* It would make other bytes under the key of the first. */
START_TEST(a_queued_job_waits_for_the_engine_that_its_key_was_made_for)
{
    const struct member_info old = {.machine = "left", .engine = "old", .lease_ms = LEASE_MS},
                             new = {.machine = "left", .engine = "new", .lease_ms = LEASE_MS};
    struct member *first = store_member_new(kit_path, &old),
                  *second = store_member_new(kit_path, &new);
    char id[JOB_ID_LEN + 1];

    assert_done(store_member_renew(kit_store, first, &kit_error));
    strcpy(id, job_for("video", "a", "old"));
    ck_assert_str_eq(claim_of(second, 4), "");
    ck_assert_str_eq(claim_of(first, 4), id);
    strcpy(id, job_for("video", "b", "old"));
    assert_done(store_member_release(kit_store, first, &kit_error));
    assert_done(store_member_stop(kit_store, second, &kit_error));
    ck_assert_str_ne(claim_of(second, 4), ""); /* nobody of it lives: anybody's */
    store_member_free(first);
    store_member_free(second);
}
END_TEST

/* Another version has begun it, and it waits for that version. */
START_TEST(a_sleeping_process_of_a_kind_that_nobody_here_knows_keeps_no_slot)
{
    const struct member_info info = {.kinds = ",digest,", .lease_ms = LEASE_MS};
    struct member *other = store_member_new(kit_path, &info);
    struct job_request request = kit_request("1", "d");
    struct job job = {0};
    bool is_new;

    kit_job("a");
    ck_assert_str_ne(kit_claim("sleeper", 1), "");
    request.kind = "digest";
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    job_clear(&job);
    ck_assert_int_eq(
        store_job_claim(kit_store, other, 1, kit_tag(), &job, &kit_error), STORE_E_NOT_FOUND);
    kit_sleeps("sleeper");
    assert_done(store_job_claim(kit_store, other, 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.kind, "digest");
    job_clear(&job);
    store_member_free(other);
}
END_TEST

static int deaths_of(const char *id)
{
    struct job job = kit_get(id);
    int deaths = job.deaths;

    job_clear(&job);
    return deaths;
}

static int n_members(void)
{
    return atoi(kit_ask("SELECT count(*) FROM casecast_members"));
}

START_TEST(a_dead_owner_s_job_is_taken_over_at_once_and_the_death_is_counted)
{
    char id[JOB_ID_LEN + 1];
    struct job job;

    strcpy(id, kit_job("a"));
    kit_job("b");
    kit_claim("dead", 1);
    ck_assert_str_eq(kit_claim("heir", 1), "");
    kit_dies("dead");
    assert_done(store_job_claim(kit_store, kit_member("heir"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    ck_assert_int_eq(job.deaths, 1);
    ck_assert_int_eq(job.run, 2);
    job_clear(&job);
    assert_done(store_job_end(kit_store, id, 2, JOB_DONE, NULL, NULL, NULL, 0, &kit_error));
    if (kit_is_postgres()) /* until then the row may be needed there to count deaths */
        kit_sql("SELECT casecast_members_forget(casecast_now_ms())");
    ck_assert_int_eq(n_members(), 1); /* nobody needs the row of the dead any more */
}
END_TEST

START_TEST(whose_job_was_taken_over_writes_nothing_more)
{
    const char *id = kit_job("a");
    int64_t until_ms;

    kit_claim("sleeper", 1);
    kit_sleeps("sleeper");
    ck_assert_str_eq(kit_claim("heir", 1), id);
    ck_assert_int_eq(store_job_append(kit_store, id, 1, &note, 1, &kit_error), STORE_E_LOST);
    ck_assert_int_eq(store_job_progress(kit_store, id, 1, "{}", &kit_error), STORE_E_LOST);
    ck_assert_int_eq(store_job_lease(kit_store, id, 1, &until_ms, &kit_error), STORE_E_LOST);
    assert_done(store_job_release(kit_store, id, 1, &kit_error)); /* and releases nothing */
    ck_assert_int_eq(kit_state(id), JOB_RUNNING);
    ck_assert_int_eq(
        store_job_append(kit_store, id, 1, (struct job_event[]){note, note, note}, 3, &kit_error),
        STORE_E_LOST);
    ck_assert_int_eq(
        store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, &note, 1, &kit_error), STORE_E_LOST);
    assert_events(id, "1 job {\"state\":\"queued\"}\n");
    assert_done(store_job_append(kit_store, id, 2, &note, 1, &kit_error));
}
END_TEST

/* The same process: its first work may still be under way. */
START_TEST(a_run_of_before_writes_nothing_though_its_process_has_the_job_again)
{
    const char *id = kit_job("a");

    kit_claim("me", 1);
    kit_sleeps("me");
    kit_claim("other", 1);
    assert_done(store_member_release(kit_store, kit_member("other"), &kit_error));
    ck_assert_str_eq(kit_claim("me", 1), id);
    ck_assert_int_eq(store_job_append(kit_store, id, 1, &note, 1, &kit_error), STORE_E_LOST);
    ck_assert_int_eq(store_job_append(kit_store, id, 2, &note, 1, &kit_error), STORE_E_LOST);
    assert_done(store_job_append(kit_store, id, 3, &note, 1, &kit_error));
}
END_TEST

/* Stopped, suspended, hung, or its machine asleep: it lives. */
START_TEST(who_was_only_silent_loses_the_job_and_has_not_died)
{
    const char *id = kit_job("a");

    for (int i = 0; i < 5; i++) {
        const char *owner = i % 2 ? "odd" : "even";

        ck_assert_str_eq(kit_claim(owner, 1), id);
        kit_sleeps(owner);
    }
    /* On PostgreSQL that shows when they come back. */
    assert_done(store_member_renew(kit_store, kit_member("odd"), &kit_error));
    assert_done(store_member_renew(kit_store, kit_member("even"), &kit_error));
    ck_assert_int_eq(deaths_of(id), 0);
}
END_TEST

/* The deaths that the next owner is told of. */
static int deaths_told(struct member *heir)
{
    struct job job;
    int deaths;

    assert_done(store_job_claim(kit_store, heir, 1, kit_tag(), &job, &kit_error));
    deaths = job.deaths;
    job_clear(&job);
    return deaths;
}

static void lease_set(const struct member *member, int64_t ms_from_now)
{
    char sql[200];

    snprintf(sql, sizeof sql,
        "UPDATE casecast_members SET leased_until_ms = casecast_now_ms() + %lld WHERE name = '%s'",
        (long long)ms_from_now, store_member_name(member));
    kit_sql(sql);
}

/* A cut link, a pause, no power: each process was heard of last within a third of a lease. */
START_TEST(a_machine_that_is_silent_as_a_whole_has_not_died_of_its_job)
{
    static const char *const machines[] = {"one", "two", "three", "four", "five"};
    struct member *owners[5], *others[5];

    if (!kit_is_postgres())
        return; /* there a lock tells who has died */
    kit_job("a");
    for (int i = 0; i < 5; i++) {
        struct member_info info = {.machine = machines[i], .lease_ms = LEASE_MS};

        owners[i] = store_member_new(kit_path, &info);
        others[i] = store_member_new(kit_path, &info);
        assert_done(store_member_renew(kit_store, others[i], &kit_error));
        ck_assert_int_eq(deaths_told(owners[i]), 0);
        lease_set(owners[i], -1);
        lease_set(others[i], LEASE_MS / 3 - 1); /* and may even be good still */
    }
    assert_done(store_member_renew(kit_store, others[1], &kit_error)); /* it speaks on */
    assert_done(store_member_renew(kit_store, others[3], &kit_error));
    assert_done(store_member_renew(kit_store, owners[3], &kit_error)); /* and was only asleep */
    ck_assert_int_eq(deaths_told(others[4]), 1 + 1);                   /* of "two", and of "five" */
    for (int i = 0; i < 5; i++) {
        store_member_free(owners[i]);
        store_member_free(others[i]);
    }
}
END_TEST

START_TEST(who_was_asked_to_stop_has_not_died_however_it_ended)
{
    const char *id = kit_job("a");

    for (int i = 0; i < 4; i++) {
        ck_assert_str_eq(kit_claim("stopping", 1), id);
        assert_done(store_member_stop(kit_store, kit_member("stopping"), &kit_error));
        kit_dies("stopping");
    }
    kit_claim("heir", 1);
    ck_assert_int_eq(deaths_of(id), 0);
}
END_TEST

/* Each process has a lease of its own length; the wall clock is nobody's. */
START_TEST(a_lease_ends_when_it_ends_whoever_looks)
{
    struct member *hasty =
        store_member_new(kit_path, &(struct member_info){.kinds = NULL, .lease_ms = 1});
    const char *id = kit_job("a");
    int64_t until_ms = 0;
    struct job job;

    kit_claim("patient", 1);
    ck_assert_int_eq(
        store_job_claim(kit_store, hasty, 1, kit_tag(), &job, &kit_error), STORE_E_NOT_FOUND);
    assert_done(store_job_lease(kit_store, id, 1, &until_ms, &kit_error));
    ck_assert_int_gt(until_ms, clock_monotonic_ms());
    ck_assert_int_le(until_ms, clock_monotonic_ms() + LEASE_MS);
    kit_sleeps("patient");
    assert_done(store_job_claim(kit_store, hasty, 1, kit_tag(), &job, &kit_error));
    job_clear(&job);
    store_member_free(hasty);
}
END_TEST

START_TEST(a_process_that_slept_does_not_take_its_own_job_from_itself)
{
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    kit_job("b");
    kit_claim("me", 1);
    kit_sleeps("me");
    ck_assert_str_eq(kit_claim("me", 1), "");
    assert_done(store_member_renew(kit_store, kit_member("me"), &kit_error));
    ck_assert_str_eq(kit_claim("heir", 1), "");
    assert_done(store_job_append(kit_store, id, 1, &note, 1, &kit_error));
}
END_TEST

START_TEST(a_renewed_lease_keeps_the_jobs)
{
    kit_job("a");
    kit_job("b");
    kit_claim("me", 2);
    kit_claim("me", 2);
    kit_sleeps("me");
    assert_done(store_member_renew(kit_store, kit_member("me"), &kit_error));
    ck_assert_str_eq(kit_claim("heir", 9), "");
}
END_TEST

static int64_t lease_left_ms(const char *id)
{
    int64_t until_ms = 0;

    assert_done(store_job_lease(kit_store, id, 1, &until_ms, &kit_error));
    return until_ms - clock_monotonic_ms();
}

START_TEST(an_idle_member_has_a_longer_lease_until_it_claims)
{
    struct member *me = kit_member("me");
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    kit_claim("me", 2);
    store_member_set_idle(me, true);
    assert_done(store_member_renew(kit_store, me, &kit_error));
    if (kit_is_postgres()) /* in SQLite nobody's life hangs on a lease */
        ck_assert_int_gt(lease_left_ms(id), LEASE_MS * (STORE_IDLE_LEASES - 1));
    kit_job("b");
    kit_claim("me", 2);
    ck_assert_int_le(lease_left_ms(id), LEASE_MS);
    store_member_set_idle(me, false);
    assert_done(store_member_renew(kit_store, me, &kit_error));
    ck_assert_int_le(lease_left_ms(id), LEASE_MS);
}
END_TEST

START_TEST(a_file_of_locks_that_was_deleted_kills_nobody)
{
    char path[180];

    if (kit_is_postgres()) /* which has no such file */
        return;
    kit_job("a");
    kit_claim("me", 1);
    snprintf(path, sizeof path, "%s-members", kit_path);
    ck_assert_int_eq(unlink(path), 0);
    assert_done(store_member_renew(kit_store, kit_member("me"), &kit_error));
    ck_assert_str_eq(kit_claim("heir", 1), "");
}
END_TEST

START_TEST(a_kind_that_a_process_does_not_know_is_left_to_others)
{
    struct member *old = store_member_new(
        kit_path, &(struct member_info){.kinds = ",digest,vide,", .lease_ms = LEASE_MS});
    struct member *new = store_member_new(
        kit_path, &(struct member_info){.kinds = ",digest,video,", .lease_ms = LEASE_MS});
    struct job job;
    bool is_first;

    kit_job("a");
    ck_assert_int_eq(
        store_job_claim(kit_store, old, 9, kit_tag(), &job, &kit_error), STORE_E_NOT_FOUND);
    assert_done(store_job_claim(kit_store, new, 9, kit_tag(), &job, &kit_error));
    /* But to be canceled it need not be known. */
    job_clear(&job);
    assert_done(store_job_cancel(
        kit_store, kit_job("a"), CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    store_member_free(new);
    if (kit_is_postgres())
        kit_sql("UPDATE casecast_members SET leased_until_ms = 1");
    assert_done(store_job_claim(kit_store, old, 0, kit_tag(), &job, &kit_error));
    ck_assert(job.cancel_wanted);
    job_clear(&job);
    store_member_free(old);
}
END_TEST

/* --- another engine --- */

static int claim_with(struct member *member)
{
    struct job job = {0};
    int rc = store_job_claim(kit_store, member, 9, kit_tag(), &job, &kit_error);

    job_clear(&job);
    return rc;
}

/* A second version beside the first: an upgrade that is half done. */
START_TEST(a_job_that_was_begun_waits_for_its_engine_while_that_lives)
{
    const struct member_info old = {.engine = "old", .lease_ms = LEASE_MS},
                             new = {.engine = "new", .lease_ms = LEASE_MS};
    struct member *first = store_member_new(kit_path, &old),
                  *same = store_member_new(kit_path, &old),
                  *other = store_member_new(kit_path, &new);

    kit_job("a");
    ck_assert_int_eq(claim_with(first), 0);
    assert_done(store_member_renew(kit_store, same, &kit_error));
    assert_done(store_member_release(kit_store, first, &kit_error));
    ck_assert_int_eq(claim_with(other), STORE_E_NOT_FOUND);
    kit_job("b"); /* begun by nobody: anybody's */
    ck_assert_int_eq(claim_with(other), 0);
    ck_assert_int_eq(claim_with(same), 0);
    assert_done(store_member_release(kit_store, same, &kit_error));
    ck_assert_int_eq(claim_with(other), 0);
    store_member_free(first);
    store_member_free(same);
    store_member_free(other);
}
END_TEST

START_TEST(a_job_waits_for_nobody_of_its_engine_who_is_asked_to_stop)
{
    const struct member_info old = {.engine = "old", .lease_ms = LEASE_MS},
                             new = {.engine = "new", .lease_ms = LEASE_MS};
    struct member *first = store_member_new(kit_path, &old),
                  *same = store_member_new(kit_path, &old),
                  *other = store_member_new(kit_path, &new);

    kit_job("a");
    ck_assert_int_eq(claim_with(first), 0);
    assert_done(store_member_renew(kit_store, same, &kit_error));
    assert_done(store_member_release(kit_store, first, &kit_error));
    ck_assert_int_eq(claim_with(other), STORE_E_NOT_FOUND);
    assert_done(store_member_stop(kit_store, same, &kit_error));
    ck_assert_int_eq(claim_with(other), 0);
    store_member_free(first);
    store_member_free(same);
    store_member_free(other);
}
END_TEST

START_TEST(who_sleeps_does_not_keep_a_job_for_its_engine)
{
    const struct member_info new = {.engine = "new", .lease_ms = LEASE_MS};
    struct member *other = store_member_new(kit_path, &new);

    kit_job("a");
    ck_assert_str_ne(kit_claim("sleeper", 9), "");
    ck_assert_int_eq(claim_with(other), STORE_E_NOT_FOUND);
    kit_sleeps("sleeper");
    ck_assert_int_eq(claim_with(other), 0);
    store_member_free(other);
}
END_TEST

START_TEST(a_released_job_is_first_in_line_again)
{
    char id[JOB_ID_LEN + 1];
    struct job job;

    strcpy(id, kit_job("a"));
    kit_job("b");
    kit_claim("me", 1);
    assert_done(store_member_release(kit_store, kit_member("me"), &kit_error));
    job = kit_get(id);
    ck_assert_int_eq(job.state, JOB_QUEUED);
    ck_assert_int_eq(job.position, 1);
    job_clear(&job);
    ck_assert_int_eq(store_job_append(kit_store, id, 1, &note, 1, &kit_error), STORE_E_LOST);
    assert_done(store_job_claim(kit_store, kit_member("heir"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    ck_assert_int_eq(job.deaths, 0);
    job_clear(&job);
}
END_TEST

/* --- priorities --- */

static const char *job_of(const char *key, int priority)
{
    struct job_request request = kit_request("1", key);
    static char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    request.priority = priority;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_int_eq(job.priority, priority);
    memcpy(id, job.id, sizeof id);
    job_clear(&job);
    return id;
}

/* The key of the next job. */
static const char *claim_key(const char *owner)
{
    static char key[DIGEST_HEX_LEN + 1];
    struct job job = kit_get(kit_claim(owner, 8));

    strcpy(key, job.key);
    job_clear(&job);
    return key;
}

static void note_turn(void *ctx, const struct job *job, const char *owner)
{
    (void)owner;
    buf_format(ctx, "%s%d ", job->key, job->position);
}

static void note_listed(void *ctx, const struct job *job)
{
    note_turn(ctx, job, NULL);
}

START_TEST(a_higher_priority_is_claimed_sooner_and_within_one_the_oldest)
{
    static const struct job_filter all = {.most = 10};
    struct buf live = {0}, listed = {0};
    char c[JOB_ID_LEN + 1];
    struct job job;

    job_of("a", 0);
    job_of("b", 9);
    strcpy(c, job_of("c", JOB_PRIORITY_NORMAL));
    job_of("d", 9);
    job_of("e", JOB_PRIORITY_NORMAL);
    job = kit_get(c);
    ck_assert_int_eq(job.position, 3);
    job_clear(&job);
    assert_done(store_live(kit_store, note_turn, &live, &kit_error));
    ck_assert_str_eq(live.data, "b1 d2 c3 e4 a5 ");
    assert_done(store_job_each(kit_store, &all, note_listed, &listed, &kit_error));
    ck_assert_str_eq(listed.data, "e4 d2 c3 b1 a5 ");
    ck_assert_str_eq(claim_key("me"), "b");
    ck_assert_str_eq(claim_key("me"), "d");
    ck_assert_str_eq(claim_key("me"), "c");
    assert_done(store_job_release(kit_store, c, 1, &kit_error));
    ck_assert_str_eq(claim_key("me"), "c"); /* first in line again, of its priority */
    ck_assert_str_eq(claim_key("me"), "e");
    ck_assert_str_eq(claim_key("me"), "a");
    buf_free(&live);
    buf_free(&listed);
}
END_TEST

START_TEST(a_job_whose_owner_died_waits_for_jobs_of_a_higher_priority)
{
    job_of("low", 0);
    ck_assert_str_eq(claim_key("one"), "low");
    job_of("high", 9);
    job_of("as low", 0);
    kit_dies("one");
    ck_assert_str_eq(claim_key("two"), "high");
    ck_assert_str_eq(claim_key("two"), "low");
    ck_assert_str_eq(claim_key("two"), "as low");
}
END_TEST

START_TEST(a_canceled_job_whose_owner_died_goes_to_an_heir_though_all_slots_are_taken)
{
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_first;

    kit_job("a");
    ck_assert_str_ne(kit_claim("busy", 2), "");
    strcpy(id, kit_job("b"));
    ck_assert_str_eq(kit_claim("dead", 2), id);
    assert_done(
        store_job_cancel(kit_store, id, CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    kit_dies("dead");

    assert_done(store_job_claim(kit_store, kit_member("heir"), 0, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    ck_assert(job.cancel_wanted);
    job_clear(&job);
    assert_done(store_job_end(kit_store, id, 2, JOB_CANCELED, NULL, NULL, &note, 1, &kit_error));
    ck_assert_int_eq(kit_state(id), JOB_CANCELED);
}
END_TEST

START_TEST(an_end_writes_state_result_and_events_together)
{
    const char *id = kit_job("a");
    struct job job;

    kit_claim("me", 1);
    assert_done(
        store_job_end(kit_store, id, 1, JOB_DONE, "{\"file\":1}", NULL, &note, 1, &kit_error));
    job = kit_get(id);
    ck_assert_int_eq(job.state, JOB_DONE);
    ck_assert_str_eq(job.result, "{\"file\":1}");
    ck_assert_int_ge(job.ended_ms, job.started_ms);
    ck_assert_uint_eq(job.last_seq, 2);
    job_clear(&job);
    /* It ended, so nobody owns it. */
    ck_assert_int_eq(store_job_append(kit_store, id, 1, &note, 1, &kit_error), STORE_E_LOST);
    ck_assert_int_eq(
        store_job_end(kit_store, id, 1, JOB_FAILED, NULL, "x", NULL, 0, &kit_error), STORE_E_LOST);
    /* Its owner, who was told of a trouble, asks again: it is done, once. */
    assert_done(
        store_job_end(kit_store, id, 1, JOB_DONE, "{\"file\":1}", NULL, &note, 1, &kit_error));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 scene {}\n");
}
END_TEST

START_TEST(nothing_to_claim_needs_no_write_lock)
{
    struct job job;

    kit_lock();
    ck_assert_int_eq(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error),
        STORE_E_NOT_FOUND);
    kit_unlock();
}
END_TEST

START_TEST(a_claim_that_is_asked_again_gives_the_same_run_of_the_same_job)
{
    char id[JOB_ID_LEN + 1], tag[STORE_TAG_LEN + 1];
    struct job job;

    strcpy(id, kit_job("a"));
    kit_job("b");
    strcpy(tag, kit_tag());
    for (int i = 0; i < 3; i++) {
        assert_done(store_job_claim(kit_store, kit_member("me"), 2, tag, &job, &kit_error));
        ck_assert_str_eq(job.id, id);
        ck_assert_int_eq(job.run, 1);
        ck_assert_str_eq(job.input, "{\"id\":\"1\"}");
        job_clear(&job);
    }
    /* The tag is its member's alone. */
    assert_done(store_job_claim(kit_store, kit_member("other"), 2, tag, &job, &kit_error));
    ck_assert_str_ne(job.id, id);
    job_clear(&job);
    /* A job that was given back meanwhile is claimed anew. */
    assert_done(store_job_release(kit_store, id, 1, &kit_error));
    assert_done(store_job_claim(kit_store, kit_member("me"), 2, tag, &job, &kit_error));
    ck_assert_str_eq(job.id, id);
    ck_assert_int_eq(job.run, 2);
    job_clear(&job);
}
END_TEST

START_TEST(an_ended_job_keeps_its_owner_and_run_so_that_its_end_may_be_asked_again)
{
    char id[JOB_ID_LEN + 1], owner[64];

    strcpy(id, kit_job("a"));
    kit_claim("me", 1);
    for (int i = 0; i < 2; i++)
        assert_done(store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    ck_assert_int_eq(
        store_job_end(kit_store, id, 2, JOB_DONE, "{}", NULL, NULL, 0, &kit_error), STORE_E_LOST);
    strcpy(owner, kit_ask("SELECT owner FROM casecast_jobs"));
    ck_assert_str_eq(owner, store_member_name(kit_member("me")));
    ck_assert_str_eq(kit_ask("SELECT run FROM casecast_jobs"), "1");
    /* And it holds no slot, nor does its owner's leave change it. */
    kit_job("b");
    ck_assert_str_ne(kit_claim("me", 1), "");
    assert_done(store_member_release(kit_store, kit_member("me"), &kit_error));
    ck_assert_int_eq(kit_state(id), JOB_DONE);
}
END_TEST

/* Its owner may be silent only because nobody could reach the database.  With SQLite a lock tells.
 */
START_TEST(who_just_began_takes_over_nobody_s_job_where_the_lease_is_all_that_tells)
{
    struct member *young = store_member_new(
        kit_path, &(struct member_info){.machine = "right", .lease_ms = LEASE_MS / 10});
    int64_t until_ms = clock_monotonic_ms() + LEASE_MS / 10;
    struct job job = {0};
    int rc;

    kit_job("a");
    kit_claim("sleeper", 1);
    kit_sleeps("sleeper");
    store_member_began(young);
    rc = store_job_claim(kit_store, young, 1, kit_tag(), &job, &kit_error);
    if (store_member_lives_by_lease(young)) {
        ck_assert_int_eq(rc, STORE_E_NOT_FOUND);
        while (rc == STORE_E_NOT_FOUND && clock_monotonic_ms() < until_ms + 20000)
            rc = store_job_claim(kit_store, young, 1, kit_tag(), &job, &kit_error);
        ck_assert_int_gt(clock_monotonic_ms(), until_ms);
    }
    ck_assert_int_eq(rc, 0);
    job_clear(&job);
    store_member_free(young);
}
END_TEST

START_TEST(a_member_is_one_row_with_one_lease)
{
    struct member *member = store_member_new(kit_path,
        &(struct member_info){.machine = "left", .engine = "v1", .slots = 3, .lease_ms = LEASE_MS});

    for (int i = 0; i < 2; i++)
        assert_done(store_member_renew(kit_store, member, &kit_error));
    ck_assert_str_eq(
        kit_ask(
            "SELECT count(*) || max(machine) || max(engine) || max(slots) FROM casecast_members"),
        "1leftv13");
    store_member_free(member);
}
END_TEST

static void note_member(void *ctx, const struct member_row *row)
{
    buf_format(ctx, "%s/%s/%s/%d %s%s%s\n", row->machine, row->engine, row->kinds, row->slots,
        row->is_gone ? "gone" : "there", row->silent_ms ? " silent" : "",
        row->is_stopping ? " stopping" : "");
}

static void assert_members(const char *expected)
{
    struct buf told = {0};

    buf_add_text(&told, "");
    assert_done(store_member_each(kit_store, note_member, &told, &kit_error));
    ck_assert_str_eq(told.data, expected);
    buf_free(&told);
}

START_TEST(members_are_told_by_machine_idle_ones_too)
{
    static const char *const machines[] = {"b", "a", "c"};
    struct member *members[3];

    assert_members("");
    for (int i = 0; i < 3; i++) {
        members[i] = store_member_new(kit_path, &(struct member_info){.kinds = ",video,",
                                                    .machine = machines[i],
                                                    .engine = "e",
                                                    .slots = i,
                                                    .lease_ms = LEASE_MS});
        assert_done(store_member_renew(kit_store, members[i], &kit_error));
    }
    assert_members("a/e/,video,/1 there\nb/e/,video,/0 there\nc/e/,video,/2 there\n");
    assert_done(store_member_stop(kit_store, members[1], &kit_error));
    assert_done(store_member_release(kit_store, members[0], &kit_error));
    assert_members("a/e/,video,/1 there stopping\nc/e/,video,/2 there\n");
    for (int i = 0; i < 3; i++)
        store_member_free(members[i]);
}
END_TEST

START_TEST(who_owns_a_job_and_renews_no_lease_is_silent_and_who_ended_is_gone)
{
    kit_job("a");
    kit_claim("me", 1);
    kit_sleeps("me");
    assert_members("///0 there silent\n");
    assert_done(store_member_renew(kit_store, kit_member("me"), &kit_error));
    assert_members("///0 there\n");
    kit_dies("me");
    if (kit_is_postgres()) { /* it can't know, and keeps the row for a day */
        assert_members("///0 there silent\n");
        return;
    }
    assert_members("///0 gone\n");
    /* Whoever comes next removes its row, once it owns nothing. */
    assert_done(store_member_renew(kit_store, kit_member("heir"), &kit_error));
    kit_claim("heir", 1);
    assert_members("///0 there\n");
}
END_TEST

START_TEST(a_new_key_that_is_asked_for_again_is_there_and_taken_by_nobody)
{
    char id[JOB_ID_LEN + 1];
    struct job job;

    strcpy(id, kit_job("a"));
    kit_claim("me", 1);
    assert_done(store_job_rekey(kit_store, id, 1, "b", &kit_error));
    assert_done(store_job_rekey(kit_store, id, 1, "b", &kit_error));
    job = kit_get(id);
    ck_assert_str_eq(job.key, "b");
    job_clear(&job);
    kit_job("c");
    ck_assert_int_eq(store_job_rekey(kit_store, id, 1, "c", &kit_error), STORE_E_NOT_FOUND);
}
END_TEST

enum { PROCESSES = 4, JOBS = 12 };

/* Claims, ends, claims …; returns how many it ran, 100 on an error. */
static int run_jobs(void)
{
    struct store *store;
    struct job job;
    struct member *member =
        store_member_new(kit_path, &(struct member_info){.kinds = NULL, .lease_ms = LEASE_MS});
    int answer, n = 0;

    if (store_open(kit_path, kit_path, &store, NULL) < 0)
        return 100;
    while ((answer = store_job_claim(store, member, PROCESSES, kit_tag(), &job, NULL)) == 0) {
        answer = store_job_append(store, job.id, job.run, &note, 1, NULL);
        if (answer == 0)
            answer = store_job_end(store, job.id, job.run, JOB_DONE, "{}", NULL, NULL, 0, NULL);
        job_clear(&job);
        if (answer != 0)
            break;
        n++;
    }
    store_close(store);
    return answer == STORE_E_NOT_FOUND ? n : 100;
}

START_TEST(many_processes_run_every_job_once)
{
    pid_t pids[PROCESSES];
    int n = 0, status;

    for (int i = 0; i < JOBS; i++) {
        char key[8];

        snprintf(key, sizeof key, "k%d", i);
        kit_job(key);
    }
    store_close(kit_store);
    kit_store = NULL;
    for (int i = 0; i < PROCESSES; i++)
        if ((pids[i] = fork()) == 0)
            _exit(run_jobs());
    for (int i = 0; i < PROCESSES; i++) {
        waitpid(pids[i], &status, 0);
        ck_assert(WIFEXITED(status));
        n += WEXITSTATUS(status);
    }
    ck_assert_int_eq(n, JOBS);
    kit_store = kit_open();
    ck_assert_int_eq(
        atoi(kit_ask("SELECT count(*) FROM casecast_events WHERE name = 'scene'")), JOBS);
}
END_TEST

/* A process killed between claim and end leaves a job that the next one finishes, without a gap. */
START_TEST(a_killed_owner_loses_nothing)
{
    char id[JOB_ID_LEN + 1];
    int status;
    pid_t pid;

    strcpy(id, kit_job("a"));
    store_close(kit_store);
    kit_store = NULL;
    if ((pid = fork()) == 0) {
        kit_store = kit_open();
        kit_claim("dead", 1);
        if (store_job_append(kit_store, id, 1, &note, 1, NULL) < 0)
            _exit(1);
        kit_write_half(id);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, &status, 0);
    ck_assert(WIFSIGNALED(status));

    kit_store = kit_open();
    if (kit_is_postgres())
        kit_sql("UPDATE casecast_members SET leased_until_ms = 1");
    ck_assert_str_eq(kit_claim("heir", 1), id);
    ck_assert_int_eq(deaths_of(id), 1);
    assert_done(store_job_append(kit_store, id, 2, &note, 1, &kit_error));
    assert_done(store_job_end(kit_store, id, 2, JOB_DONE, NULL, NULL,
        &(struct job_event){.name = "done", .data = "{}"}, 1, &kit_error));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 scene {}\n3 done {}\n");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_oldest_job_is_claimed_first_with_its_input,
        slots_hold_for_all_processes_together,
        each_machine_has_slots_of_its_own,
        a_sleeping_process_keeps_its_slot_until_its_job_is_taken_over,
        a_sleeping_process_of_a_kind_that_nobody_here_knows_keeps_no_slot,
        a_kind_may_have_fewer_slots_than_its_machine,
        a_queued_job_waits_for_the_engine_that_its_key_was_made_for,
        a_dead_owner_s_job_is_taken_over_at_once_and_the_death_is_counted,
        whose_job_was_taken_over_writes_nothing_more,
        a_run_of_before_writes_nothing_though_its_process_has_the_job_again,
        who_was_only_silent_loses_the_job_and_has_not_died,
        a_machine_that_is_silent_as_a_whole_has_not_died_of_its_job,
        who_was_asked_to_stop_has_not_died_however_it_ended,
        a_lease_ends_when_it_ends_whoever_looks,
        a_process_that_slept_does_not_take_its_own_job_from_itself,
        a_renewed_lease_keeps_the_jobs,
        an_idle_member_has_a_longer_lease_until_it_claims,
        a_file_of_locks_that_was_deleted_kills_nobody,
        a_kind_that_a_process_does_not_know_is_left_to_others,
        a_job_that_was_begun_waits_for_its_engine_while_that_lives,
        a_job_waits_for_nobody_of_its_engine_who_is_asked_to_stop,
        who_sleeps_does_not_keep_a_job_for_its_engine,
        a_released_job_is_first_in_line_again,
        a_higher_priority_is_claimed_sooner_and_within_one_the_oldest,
        a_job_whose_owner_died_waits_for_jobs_of_a_higher_priority,
        a_canceled_job_whose_owner_died_goes_to_an_heir_though_all_slots_are_taken,
        an_end_writes_state_result_and_events_together,
        nothing_to_claim_needs_no_write_lock,
        a_claim_that_is_asked_again_gives_the_same_run_of_the_same_job,
        an_ended_job_keeps_its_owner_and_run_so_that_its_end_may_be_asked_again,
        who_just_began_takes_over_nobody_s_job_where_the_lease_is_all_that_tells,
        a_member_is_one_row_with_one_lease,
        members_are_told_by_machine_idle_ones_too,
        who_owns_a_job_and_renews_no_lease_is_silent_and_who_ended_is_gone,
        a_new_key_that_is_asked_for_again_is_there_and_taken_by_nobody,
        many_processes_run_every_job_once,
        a_killed_owner_loses_nothing,
    };

    return kit_main("store_owner", tests, sizeof tests / sizeof *tests, kit_start);
}
