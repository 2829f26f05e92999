/* test_store_jobs.c - create-or-attach, cancel, the lists. */
#include <pthread.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "unit/store/store_kit.h"

static const struct job_event last_events[] = {
    {.name = "canceled", .data = "{}", .once = "end"}, {.data = "finished_video"}};

static int open_key(const char *key, struct job *ret_job, bool *ret_is_new)
{
    struct job_request request = kit_request("1", key);

    return store_job_open(kit_store, &request, ret_job, ret_is_new, &kit_error);
}

START_TEST(a_new_job_is_queued_with_its_first_event)
{
    struct job job;
    bool is_new = false;

    assert_done(open_key("a", &job, &is_new));
    ck_assert(is_new);
    ck_assert(job_id_is_wellformed(job.id));
    ck_assert_int_eq(job.state, JOB_QUEUED);
    ck_assert_str_eq(job.kind, "video");
    ck_assert_str_eq(job.subject, "1");
    ck_assert_str_eq(job.key, "a");
    ck_assert_ptr_null(job.input);
    ck_assert_int_eq(job.position, 1);
    ck_assert_uint_eq(job.last_seq, 1);
    ck_assert_int_gt(job.created_ms, 1600000000000);
    ck_assert_int_eq(job.started_ms, 0);
    assert_events(job.id, "1 job {\"state\":\"queued\"}\n");
    job_clear(&job);
}
END_TEST

START_TEST(the_same_key_attaches_while_queued_running_and_done)
{
    struct job job;
    bool is_new;
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    for (int step = 0; step < 3; step++) {
        if (step == 1)
            ck_assert_str_eq(kit_claim("me", 1), id);
        if (step == 2)
            assert_done(store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
        is_new = true;
        assert_done(open_key("a", &job, &is_new));
        ck_assert(!is_new);
        ck_assert_str_eq(job.id, id);
        ck_assert_ptr_null(job.input);
        job_clear(&job);
    }
    assert_events(id, "1 job {\"state\":\"queued\"}\n");
}
END_TEST

START_TEST(without_an_input_nothing_is_made_and_no_lock_is_waited_for)
{
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;

    request.input = NULL;
    kit_lock();
    ck_assert_int_eq(
        store_job_open(kit_store, &request, &job, &is_new, &kit_error), STORE_E_NOT_FOUND);
    kit_unlock();
    kit_job("a");
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(!is_new);
    job_clear(&job);
}
END_TEST

START_TEST(a_request_that_is_asked_again_with_its_id_has_made_the_job)
{
    struct job_request request = kit_request("1", "a");
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    job_id_make(id);
    request.id = id;
    for (int i = 0; i < 2; i++) {
        is_new = false;
        assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
        ck_assert(is_new);
        ck_assert_str_eq(job.id, id);
        job_clear(&job);
    }
    request.id = NULL;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(!is_new);
    job_clear(&job);
}
END_TEST

/* The answer to a request for a new job. */
static int ask_new(const char *key, const char *kind, const char *client)
{
    struct job_request request = kit_request("1", key);
    struct job job = {0};
    bool is_new;
    int rc;

    request.kind = kind;
    request.client = client;
    request.max_queued_kind = 3;
    request.max_queued_client = client ? 2 : 0;
    rc = store_job_open(kit_store, &request, &job, &is_new, &kit_error);
    job_clear(&job);
    return rc;
}

START_TEST(so_many_jobs_of_a_kind_and_of_a_client_may_wait)
{
    assert_done(ask_new("a", "video", "one"));
    assert_done(ask_new("b", "video", "one"));
    ck_assert_int_eq(ask_new("c", "video", "one"), STORE_E_FULL_CLIENT);
    ck_assert_int_eq(ask_new("c", "other", "one"), STORE_E_FULL_CLIENT);
    assert_done(ask_new("a", "video", "one")); /* it is there */
    assert_done(ask_new("c", "video", "two"));
    ck_assert_int_eq(ask_new("d", "video", "two"), STORE_E_FULL_KIND);
    ck_assert_int_eq(ask_new("d", "video", NULL), STORE_E_FULL_KIND);
    assert_done(ask_new("d", "other", NULL));
    kit_claim("me", 1);
    assert_done(ask_new("e", "video", "one")); /* a running job does not wait */
}
END_TEST

START_TEST(a_job_keeps_the_traceparent_of_the_request_that_made_it)
{
    static const char trace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    struct job_request request = kit_request("1", "a");
    struct job job = {0};
    bool is_new;

    request.traceparent = trace;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(job.traceparent, trace);
    job_clear(&job);
    request.traceparent = NULL;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(job.traceparent, trace);
    job_clear(&job);
    assert_done(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.traceparent, trace);
    job_clear(&job);
    job = kit_get(kit_job("b"));
    ck_assert_str_eq(job.traceparent, "");
    kit_sql("UPDATE casecast_jobs SET traceparent = '\"}'");
    job = kit_get(job.id);
    ck_assert_str_eq(job.traceparent, "");
}
END_TEST

START_TEST(a_job_keeps_the_metadata_of_the_request_that_made_it)
{
    static const char given[] = "{\"order\":7,\"was\":\"it's\"}";
    struct job_request request = kit_request("1", "a");
    struct job job = {0};
    bool is_new;

    request.metadata = given;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(job.metadata, given);
    job_clear(&job);
    request.metadata = "{}"; /* it attaches */
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(job.metadata, given);
    job_clear(&job);
    assert_done(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.metadata, given);
    assert_done(
        store_job_end(kit_store, job.id, job.run, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    job_clear(&job);
    job = kit_get(kit_job("a"));
    ck_assert_int_eq(job.state, JOB_DONE);
    ck_assert_str_eq(job.metadata, given);
    job_clear(&job);
    job = kit_get(kit_job("b"));
    ck_assert_ptr_null(job.metadata);
    job_clear(&job);
}
END_TEST

static struct job_request named_request(const char *key, const char *name, const char *body)
{
    struct job_request request = kit_request("1", key);

    request.request_name = name;
    request.request_body = body;
    return request;
}

/* The id of the job that the request gets, which the next call overwrites; "reused", "none". */
static const char *ask_by_name(const struct job_request *request)
{
    static char id[JOB_ID_LEN + 1];
    struct job job = {0};
    bool is_new;
    int rc = store_job_open(kit_store, request, &job, &is_new, &kit_error);

    if (rc != STORE_E_REUSED && rc != STORE_E_NOT_FOUND)
        assert_done(rc);
    snprintf(id, sizeof id, "%s", rc == 0 ? job.id : rc == STORE_E_NOT_FOUND ? "none" : "reused");
    job_clear(&job);
    return id;
}

/* A kind may give each request another key. */
START_TEST(a_request_with_a_name_that_is_asked_again_gets_its_job)
{
    struct job_request first = named_request("a", "n1", "b1"),
                       again = named_request("other key", "n1", "b1"),
                       other = named_request("other key", "n2", "b1");
    char id[JOB_ID_LEN + 1];

    strcpy(id, ask_by_name(&first));
    ck_assert_str_eq(ask_by_name(&again), id);
    kit_claim("me", 1);
    assert_done(store_job_end(kit_store, id, 1, JOB_FAILED, NULL, "bad", NULL, 0, &kit_error));
    again.input = NULL;
    ck_assert_str_eq(ask_by_name(&again), id);
    ck_assert_str_ne(ask_by_name(&other), id);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs"), "2");
}
END_TEST

START_TEST(a_request_with_a_name_may_get_a_job_that_is_there)
{
    struct job_request request = named_request("a", "n1", "b1");
    char id[JOB_ID_LEN + 1];

    strcpy(id, kit_job("a"));
    request.input = NULL;
    ck_assert_str_eq(ask_by_name(&request), id);
    kit_claim("me", 1);
    assert_done(store_job_end(kit_store, id, 1, JOB_CANCELED, NULL, NULL, NULL, 0, &kit_error));
    request.input = "{}";
    ck_assert_str_eq(ask_by_name(&request), id);
}
END_TEST

START_TEST(a_name_is_not_for_another_request_within_a_day)
{
    struct job_request first = named_request("a", "n1", "b1"),
                       other = named_request("b", "n1", "b2");
    char id[JOB_ID_LEN + 1];

    strcpy(id, ask_by_name(&first));
    ck_assert_str_eq(ask_by_name(&other), "reused");
    other.input = NULL;
    ck_assert_str_eq(ask_by_name(&other), "reused");
    kit_sql("UPDATE casecast_requests SET made_ms = made_ms - 86400001");
    ck_assert_str_eq(ask_by_name(&other), "none");
    other.input = "{}";
    ck_assert_str_ne(ask_by_name(&other), id);
    ck_assert_str_eq(ask_by_name(&first), "reused");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_requests"), "1");
}
END_TEST

/* Old names go when a new one is written, and with their job. */
START_TEST(a_name_whose_job_has_lost_its_files_or_is_forgotten_is_free)
{
    struct job_request request = named_request("a", "n1", "b1");
    char id[JOB_ID_LEN + 1];

    strcpy(id, ask_by_name(&request));
    kit_claim("me", 1);
    assert_done(store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    ck_assert_str_eq(ask_by_name(&request), id);
    request.gone = 1;
    ck_assert_str_ne(ask_by_name(&request), id);
    request.gone = 0;
    strcpy(id, ask_by_name(&request));
    kit_claim("me", 1);
    assert_done(store_job_end(kit_store, id, 1, JOB_FAILED, NULL, "bad", NULL, 0, &kit_error));
    assert_done(store_job_forget(kit_store, id, &kit_error));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_requests"), "0");
}
END_TEST

START_TEST(a_watched_job_is_written_down_once_in_a_while_whoever_asks)
{
    char ids[1][JOB_ID_LEN + 1];
    struct store *other = kit_open();
    int64_t watched_ms;
    struct job job;
    bool is_news;

    strcpy(ids[0], kit_job("a"));
    assert_done(store_jobs_watched(kit_store, ids, 1, 60000, &kit_error));
    job = kit_get(ids[0]);
    watched_ms = job.watched_ms;
    ck_assert_int_gt(watched_ms, 0);
    assert_done(store_news(kit_store, 0, -1, &is_news, &kit_error));
    assert_done(store_jobs_watched(other, ids, 1, 60000, &kit_error));
    assert_done(store_news(kit_store, 0, -1, &is_news, &kit_error));
    ck_assert(!is_news); /* nothing was written */
    usleep(2000);
    assert_done(store_jobs_watched(other, ids, 1, 1, &kit_error));
    job = kit_get(ids[0]);
    ck_assert_int_gt(job.watched_ms, watched_ms);
    /* A time of another boot, whose clock had gone on for longer. */
    kit_sql("UPDATE casecast_jobs SET watched_ms = 1152921504606846976");
    assert_done(store_jobs_watched(other, ids, 1, 60000, &kit_error));
    job = kit_get(ids[0]);
    ck_assert_int_lt(job.watched_ms, (int64_t)1 << 60);
    store_close(other);
}
END_TEST

START_TEST(another_key_or_kind_is_another_job)
{
    struct job_request request = kit_request("1", "a");
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    strcpy(id, kit_job("a"));
    ck_assert_str_ne(kit_job("b"), id);
    request.kind = "other";
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    job_clear(&job);
}
END_TEST

START_TEST(done_jobs_up_to_the_number_whose_files_are_gone_count_no_more)
{
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;

    for (int i = 0; i < 2; i++) {
        kit_job(i ? "again" : "a");
        kit_sql("UPDATE casecast_jobs SET state = 'done', key = 'a', result = '{\"file\":1}'");
    }
    request.gone = 1;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(!is_new);
    ck_assert_int_eq(job.number, 2);
    ck_assert_str_eq(job.result, "{\"file\":1}");
    request.gone = job.number;
    job_clear(&job);
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    ck_assert_int_eq(job.number, 3);
    job_clear(&job);
    /* The newer job that is under way is found, whatever the caller knows of the older ones. */
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(!is_new);
    job_clear(&job);
}
END_TEST

START_TEST(a_failure_is_the_answer_for_a_while)
{
    struct job_request request = kit_request("1", "a");
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    strcpy(id, kit_job("a"));
    kit_claim("me", 1);
    assert_done(
        store_job_end(kit_store, id, 1, JOB_FAILED, NULL, "no such file", NULL, 0, &kit_error));

    request.hold_ms = 60000;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(!is_new);
    ck_assert_str_eq(job.id, id);
    ck_assert_str_eq(job.error, "no such file");
    job_clear(&job);

    kit_sql("UPDATE casecast_jobs SET ended_ms = ended_ms - 60000");
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    job_clear(&job);
}
END_TEST

/* Who reconnects soon after the cancel of a queued or a running job: is that a new job? */
static const struct {
    enum cancel_why why;
    bool is_running, has_ended, is_new;
} cancels[] = {
    {CANCEL_ASKED, false, true, false},
    {CANCEL_ASKED, true, false, false},
    {CANCEL_ASKED, true, true, false},
    {CANCEL_LEFT, false, true, true},
    {CANCEL_LEFT, true, false, true},
    {CANCEL_LEFT, true, true, true},
};

START_TEST(a_reconnect_begins_anew_only_what_was_canceled_as_nobody_watched)
{
    struct job_request request = kit_request("1", "a");
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_flag;

    strcpy(id, kit_job("a"));
    if (cancels[_i].is_running)
        kit_claim("me", 1);
    assert_done(
        store_job_cancel(kit_store, id, cancels[_i].why, NULL, 0, &job, &is_flag, &kit_error));
    ck_assert_int_eq(job.is_left, cancels[_i].why == CANCEL_LEFT);
    job_clear(&job);
    if (cancels[_i].is_running && cancels[_i].has_ended)
        assert_done(store_job_end(kit_store, id, 1, JOB_CANCELED, NULL, NULL, NULL, 0, &kit_error));
    assert_done(store_job_told(kit_store, id, "somebody", 60000, &kit_error));

    request.hold_ms = request.told_hold_ms = 60000;
    request.viewer = "somebody";
    assert_done(store_job_open(kit_store, &request, &job, &is_flag, &kit_error));
    ck_assert_int_eq(is_flag, cancels[_i].is_new);
    job_clear(&job);
}
END_TEST

START_TEST(a_failure_from_the_future_does_not_hold_for_ever)
{
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;

    kit_job("a");
    kit_sql("UPDATE casecast_jobs SET state = 'failed', ended_ms = created_ms + 3600000");
    request.hold_ms = 60000;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    job_clear(&job);
}
END_TEST

START_TEST(a_full_queue_refuses_new_jobs_but_not_known_ones)
{
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;

    kit_job("a");
    kit_job("b");
    request.max_queued = 2;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    job_clear(&job);
    request.key = "c";
    ck_assert_int_eq(store_job_open(kit_store, &request, &job, &is_new, &kit_error), STORE_E_FULL);
    kit_claim("me", 1);
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    job_clear(&job);
}
END_TEST

START_TEST(an_unknown_job_is_not_found)
{
    struct buf buf = {0};
    uint64_t position = 77;
    struct job job;
    bool is_first;

    ck_assert_int_eq(store_job_get(kit_store, "none", &job, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_int_eq(store_job_cancel(kit_store, "none", CANCEL_ASKED, last_events, 2, &job,
                         &is_first, &kit_error),
        STORE_E_NOT_FOUND);
    ck_assert(!is_first);
    ck_assert_int_eq(
        store_job_events(kit_store, "none", 0, kit_note_event, &buf, &position, &kit_error),
        STORE_E_NOT_FOUND);
    ck_assert_uint_eq(position, 0);
}
END_TEST

START_TEST(positions_in_the_queue_follow_creation_and_move_up)
{
    char ids[3][JOB_ID_LEN + 1];
    static const char *const keys[] = {"a", "b", "c"};

    for (int i = 0; i < 3; i++)
        strcpy(ids[i], kit_job(keys[i]));
    kit_claim("me", 1);
    for (int i = 0; i < 3; i++) {
        struct job job = kit_get(ids[i]);

        ck_assert_int_eq(job.position, i);
        job_clear(&job);
    }
}
END_TEST

/* --- cancel --- */

static void assert_canceled(const char *id, enum job_state state, bool is_wanted, bool is_first)
{
    struct job job;
    bool was_first;

    assert_done(store_job_cancel(
        kit_store, id, CANCEL_ASKED, last_events, 2, &job, &was_first, &kit_error));
    ck_assert_int_eq(job.state, state);
    ck_assert_int_eq(job.cancel_wanted, is_wanted);
    ck_assert_int_eq(was_first, is_first);
    job_clear(&job);
}

START_TEST(a_queued_job_is_canceled_at_once_with_its_last_events)
{
    const char *id = kit_job("a");
    struct job job;

    assert_canceled(id, JOB_CANCELED, true, true);
    assert_canceled(id, JOB_CANCELED, true, false);
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 canceled {}\n3 - finished_video\n");
    job = kit_get(id);
    ck_assert_int_ge(job.ended_ms, job.created_ms);
    ck_assert_uint_eq(job.last_seq, 3);
    job_clear(&job);
    ck_assert_str_eq(kit_claim("me", 1), "");
}
END_TEST

START_TEST(a_running_job_is_marked_and_stays_its_owners)
{
    const char *id = kit_job("a");

    kit_claim("me", 1);
    assert_canceled(id, JOB_RUNNING, true, true);
    assert_canceled(id, JOB_RUNNING, true, false);
    assert_events(id, "1 job {\"state\":\"queued\"}\n");
    assert_done(
        store_job_end(kit_store, id, 1, JOB_CANCELED, NULL, NULL, last_events, 2, &kit_error));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 canceled {}\n3 - finished_video\n");
}
END_TEST

START_TEST(an_ended_job_stays_as_it_is)
{
    static const enum job_state ends[] = {JOB_DONE, JOB_FAILED, JOB_CANCELED};
    static const char *const keys[] = {"a", "b", "c"};

    for (int i = 0; i < 3; i++) {
        const char *id = kit_job(keys[i]);

        ck_assert_str_eq(kit_claim("me", 1), id);
        assert_done(store_job_end(kit_store, id, 1, ends[i], NULL, NULL, NULL, 0, &kit_error));
        assert_canceled(id, ends[i], false, false);
        assert_events(id, "1 job {\"state\":\"queued\"}\n");
    }
}
END_TEST

START_TEST(who_asks_again_after_a_cancel_gets_a_new_job)
{
    char old[JOB_ID_LEN + 1];

    strcpy(old, kit_job("a"));
    kit_claim("me", 2);
    assert_canceled(old, JOB_RUNNING, true, true);
    ck_assert_str_ne(kit_job("a"), old);
    /* Both would write to the same place, so the new one waits for the end of the old one. */
    ck_assert_str_eq(kit_claim("me", 2), "");
    assert_done(store_job_end(kit_store, old, 1, JOB_CANCELED, NULL, NULL, NULL, 0, &kit_error));
    ck_assert_str_eq(kit_claim("me", 2), kit_job("a"));
}
END_TEST

/* --- inputs --- */

static void end_as(enum job_state state)
{
    char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_first;

    if (state == JOB_QUEUED) { /* canceled before it began */
        assert_done(store_job_cancel(
            kit_store, kit_job("a"), CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
        job_clear(&job);
        return;
    }
    kit_job("a");
    strcpy(id, kit_claim("me", 1));
    assert_done(store_job_end(kit_store, id, 1, state, NULL, NULL, NULL, 0, &kit_error));
}

static const enum job_state ends[] = {JOB_QUEUED, JOB_DONE, JOB_FAILED, JOB_CANCELED};

START_TEST(an_input_goes_with_its_jobs_end_unless_it_failed)
{
    end_as(ends[_i]);
    ck_assert_str_eq(
        kit_ask("SELECT count(*) FROM casecast_inputs"), ends[_i] == JOB_FAILED ? "1" : "0");
}
END_TEST

START_TEST(a_failed_job_keeps_a_short_input_to_be_made_again)
{
    struct job_request request = kit_request("1", "a");
    char *input = malloc(STORE_INPUT_KEPT + 2), *got = NULL;
    struct job job;
    bool is_new;

    for (int more = 0; more < 2; more++) {
        memset(input, 'x', STORE_INPUT_KEPT + 1);
        input[STORE_INPUT_KEPT + more] = '\0';
        request.input = input;
        assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
        ck_assert_str_eq(kit_claim("me", 1), job.id);
        assert_done(
            store_job_end(kit_store, job.id, 1, JOB_FAILED, NULL, "why", NULL, 0, &kit_error));
        if (more) {
            ck_assert_int_eq(
                store_job_input(kit_store, job.id, &got, &kit_error), STORE_E_NOT_FOUND);
        } else {
            assert_done(store_job_input(kit_store, job.id, &got, &kit_error));
            ck_assert_str_eq(got, input);
            free(got);
        }
        assert_done(store_job_forget(kit_store, job.id, &kit_error));
        job_clear(&job);
    }
    free(input);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_inputs"), "0");
}
END_TEST

START_TEST(an_input_stays_as_long_as_its_job_may_be_run)
{
    struct job job;
    bool is_first;
    char id[JOB_ID_LEN + 1];

    kit_job("a");
    strcpy(id, kit_claim("me", 1));
    assert_done(store_member_release(kit_store, kit_member("me"), &kit_error));
    ck_assert_str_eq(kit_claim("heir", 1), id);
    assert_done(
        store_job_cancel(kit_store, id, CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_inputs"), "1");
}
END_TEST

/* What a visitor makes and cancels again and again leaves rows, but no megabytes. */
START_TEST(jobs_that_are_made_and_canceled_do_not_grow_the_file)
{
    struct job_request request = kit_request("1", "a");
    char *input = malloc(1 << 20);
    struct job job, made;
    bool is_flag;

    memset(input, 'x', (1 << 20) - 1);
    input[(1 << 20) - 1] = '\0';
    request.input = input;
    for (int i = 0; i < 30; i++) {
        assert_done(store_job_open(kit_store, &request, &job, &is_flag, &kit_error));
        ck_assert(is_flag);
        made = job;
        assert_done(store_job_cancel(
            kit_store, made.id, CANCEL_ASKED, NULL, 0, &job, &is_flag, &kit_error));
        job_clear(&made);
        job_clear(&job);
    }
    free(input);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_inputs"), "0");
    if (kit_is_postgres()) /* its autovacuum gives the room back */
        return;
    ck_assert_int_lt(atoi(kit_ask("SELECT page_count * page_size FROM pragma_page_count,"
                                  " pragma_page_size")),
        3 << 20);
}
END_TEST

/* --- lists --- */

static void note_job(void *ctx, const struct job *job)
{
    ck_assert_ptr_null(job->input);
    buf_format(ctx, "%s/%s ", job->subject, job->key);
}

static void note_live(void *ctx, const struct job *job, const char *owner)
{
    buf_format(ctx, "%s %s %d %s %s\n", job->key, job_state_name(job->state), job->position,
        job->progress ? job->progress : "-", owner ? owner : "-");
}

static void done_job(const char *subject, const char *key)
{
    struct job_request request = kit_request(subject, key);
    struct job job;
    bool is_new;

    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(kit_claim("me", 9), job.id);
    assert_done(store_job_end(kit_store, job.id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    job_clear(&job);
}

/* The subjects of a page of the queue. */
static void add_subject(void *ctx, const struct job *job)
{
    struct job_filter *filter = ctx;
    size_t len = strlen((char *)filter->subject);

    snprintf((char *)filter->subject + len, 100 - len, "%s@%d ", job->subject, job->position);
    filter->after = job->number;
    filter->after_priority = job->priority;
}

static const char *queue_page(int64_t *after, int *after_priority)
{
    static char subjects[100];
    struct job_filter filter = {
        .most = 2, .in_turn = true, .after = *after, .after_priority = *after_priority};
    struct job_filter seen = filter;

    subjects[0] = '\0';
    seen.subject = subjects;
    kit_error.text[0] = '\0';
    assert_done(store_job_each(kit_store, &filter, add_subject, &seen, &kit_error));
    *after = seen.after;
    *after_priority = seen.after_priority;
    return subjects;
}

static void make_queued(const char *subject, int priority)
{
    struct job_request request = kit_request(subject, subject);
    struct job job;
    bool is_new;

    request.priority = priority;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    job_clear(&job);
}

START_TEST(the_queue_is_told_page_by_page_in_its_order)
{
    static const char *const pages[] = {"e@1 b@2 ", "a@3 d@4 ", "c@5 ", ""};
    int64_t after = 0;
    int after_priority = 0;

    make_queued("f", 9);
    kit_claim("me", 1); /* runs, and is in no queue */
    make_queued("a", 4);
    make_queued("b", 5);
    make_queued("c", 0);
    make_queued("d", 4);
    make_queued("e", 9);
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(queue_page(&after, &after_priority), pages[i]);
}
END_TEST

START_TEST(a_queued_job_moves_to_the_place_of_its_new_priority)
{
    char a[JOB_ID_LEN + 1], b[JOB_ID_LEN + 1];
    struct job job;

    strcpy(a, kit_job("a"));
    strcpy(b, kit_job("b"));
    assert_done(store_job_set_priority(kit_store, b, 5, &job, &kit_error));
    ck_assert_int_eq(job.priority, 5);
    ck_assert_int_eq(job.position, 1);
    job_clear(&job);
    ck_assert_str_eq(kit_claim("me", 1), b);
    assert_done(store_job_set_priority(kit_store, b, 0, &job, &kit_error));
    ck_assert_int_eq(job.state, JOB_RUNNING);
    ck_assert_int_eq(job.priority, 5);
    job_clear(&job);
    ck_assert_int_eq(
        store_job_set_priority(kit_store, "nothing", 5, &job, &kit_error), STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(lists_tell_the_newest_first)
{
    struct buf buf = {0};

    done_job("1", "a");
    done_job("2", "b");
    done_job("1", "c");
    kit_job("d");
    assert_done(
        store_job_each(kit_store, &(struct job_filter){.most = 3}, note_job, &buf, &kit_error));
    ck_assert_str_eq(buf.data, "1/d 1/c 2/b ");
    buf_free(&buf);
    assert_done(store_job_each_done(kit_store, "video", note_job, &buf, &kit_error));
    ck_assert_str_eq(buf.data, "1/c 2/b ");
    buf_free(&buf);
    assert_done(store_job_each_done(kit_store, "other", note_job, &buf, &kit_error));
    ck_assert_ptr_null(buf.data);
}
END_TEST

static void note_waiting(void *ctx, const struct job *job)
{
    buf_format(ctx, "%s/%s@%d ", job->subject, job->key, job->position);
}

static void assert_list(struct job_filter filter, const char *expected)
{
    struct buf buf = {0};

    if (!filter.most)
        filter.most = 9;
    buf_add_text(&buf, "");
    assert_done(store_job_each(kit_store, &filter, note_waiting, &buf, &kit_error));
    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
}

static int64_t number_of(const char *id)
{
    struct job job = kit_get(id);
    int64_t number = job.number;

    job_clear(&job);
    return number;
}

START_TEST(a_list_shows_what_its_filter_lets_pass)
{
    struct job_request digest = kit_request("1", "e");
    struct job job = {0};
    int64_t before;
    bool is_new;

    done_job("1", "a");
    done_job("2", "b");
    kit_job("c");
    before = number_of(kit_job("d"));
    digest.kind = "digest";
    assert_done(store_job_open(kit_store, &digest, &job, &is_new, &kit_error));
    job_clear(&job);
    assert_list((struct job_filter){.most = 9}, "1/e@3 1/d@2 1/c@1 2/b@0 1/a@0 ");
    assert_list((struct job_filter){.state = "done"}, "2/b@0 1/a@0 ");
    assert_list((struct job_filter){.state = "queued", .kind = "video"}, "1/d@2 1/c@1 ");
    assert_list((struct job_filter){.kind = "digest"}, "1/e@3 ");
    assert_list((struct job_filter){.subject = "1", .state = "done"}, "1/a@0 ");
    assert_list((struct job_filter){.subject = "3"}, "");
    assert_list((struct job_filter){.before = before, .most = 2}, "1/c@1 2/b@0 ");
    assert_list((struct job_filter){.before = 1}, "");
}
END_TEST

/* --- jobs that are forgotten --- */

enum { HOUR_MS = 3600000 };

static void was_asked(const char *key, int64_t ms_ago)
{
    char sql[160];

    snprintf(sql, sizeof sql,
        "UPDATE casecast_jobs SET asked_ms = asked_ms - %lld WHERE key = '%s'", (long long)ms_ago,
        key);
    kit_sql(sql);
}

static void assert_old(int64_t age_ms, const char *expected)
{
    struct buf buf = {0};

    buf_add_text(&buf, "");
    assert_done(store_job_each_old(kit_store, age_ms, 9, note_job, &buf, &kit_error));
    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
}

static const char *id_of(const char *key)
{
    static char id[JOB_ID_LEN + 1];
    char sql[100];

    snprintf(sql, sizeof sql, "SELECT max(id) FROM casecast_jobs WHERE key = '%s'", key);
    strcpy(id, kit_ask(sql));
    return id;
}

START_TEST(jobs_that_nobody_asked_for_are_told_longest_ago_first)
{
    done_job("1", "a");
    done_job("2", "b");
    done_job("3", "c");
    kit_job("d");
    was_asked("a", 2 * HOUR_MS);
    was_asked("b", 3 * HOUR_MS);
    assert_old(HOUR_MS, "2/b 1/a ");
    assert_old(4 * HOUR_MS, "");
    assert_old(INT64_MAX, "");
    assert_done(store_job_asked(kit_store, id_of("a"), 3 * HOUR_MS, &kit_error)); /* fresh enough */
    assert_old(HOUR_MS, "2/b 1/a ");
    assert_done(store_job_asked(kit_store, id_of("a"), HOUR_MS, &kit_error));
    assert_old(HOUR_MS, "2/b ");
    assert_done(store_job_asked(kit_store, id_of("d"), 0, &kit_error)); /* lives */
    assert_old(0, "2/b 3/c 1/a ");
}
END_TEST

START_TEST(a_job_that_is_to_be_forgotten_comes_first_and_no_request_keeps_it)
{
    done_job("1", "a");
    done_job("2", "b");
    kit_job("c");
    ck_assert_int_eq(store_job_want_forget(kit_store, id_of("c"), &kit_error), STORE_E_LIVE);
    ck_assert_int_eq(store_job_want_forget(kit_store, "nobody", &kit_error), STORE_E_NOT_FOUND);
    assert_done(store_job_want_forget(kit_store, id_of("b"), &kit_error));
    assert_done(store_job_asked(kit_store, id_of("b"), 0, &kit_error));
    assert_old(INT64_MAX, "2/b ");
}
END_TEST

START_TEST(a_forgotten_job_leaves_nothing)
{
    char id[JOB_ID_LEN + 1];
    struct job job;

    strcpy(id, kit_job("a"));
    ck_assert_int_eq(store_job_forget(kit_store, id, &kit_error), STORE_E_LIVE);
    kit_claim("me", 1);
    ck_assert_int_eq(store_job_forget(kit_store, id, &kit_error), STORE_E_LIVE);
    assert_done(store_job_end(kit_store, id, 1, JOB_FAILED, NULL, "why", NULL, 0, &kit_error));
    assert_done(store_job_told(kit_store, id, "viewer", 1000, &kit_error));
    assert_done(store_job_forget(kit_store, id, &kit_error));
    ck_assert_int_eq(store_job_get(kit_store, id, &job, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_int_eq(store_job_forget(kit_store, id, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_str_eq(kit_ask("SELECT (SELECT count(*) FROM casecast_events)"
                             " + (SELECT count(*) FROM casecast_inputs)"
                             " + (SELECT count(*) FROM casecast_told)"),
        "0");
}
END_TEST

START_TEST(the_files_of_a_key_belong_to_each_job_that_may_need_them)
{
    bool shares;

    done_job("1", "a");
    assert_done(store_job_shares_key(kit_store, id_of("a"), &shares, &kit_error));
    ck_assert(!shares);
    kit_sql("UPDATE casecast_jobs SET state = 'failed'"); /* so that it can be asked for anew */
    kit_job("a");
    assert_done(store_job_shares_key(kit_store,
        kit_ask("SELECT id FROM casecast_jobs WHERE state = 'failed'"), &shares, &kit_error));
    ck_assert(shares);
    kit_claim("me", 9);
    kit_sql("UPDATE casecast_jobs SET state = 'done'");
    assert_done(store_job_shares_key(kit_store,
        kit_ask("SELECT id FROM casecast_jobs ORDER BY number LIMIT 1"), &shares, &kit_error));
    ck_assert(shares); /* they are those of the newest done job */
    assert_done(store_job_shares_key(kit_store,
        kit_ask("SELECT id FROM casecast_jobs ORDER BY number DESC LIMIT 1"), &shares, &kit_error));
    ck_assert(!shares);
    ck_assert_int_eq(
        store_job_shares_key(kit_store, "nobody", &shares, &kit_error), STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(live_jobs_come_with_owner_position_and_progress)
{
    struct buf buf = {0};
    char *expected;

    done_job("1", "a");
    kit_job("b");
    kit_job("c");
    kit_job("d");
    assert_done(
        store_job_progress(kit_store, kit_claim("me", 1), 1, "{\"percent\":5}", &kit_error));
    assert_done(store_live(kit_store, note_live, &buf, &kit_error));
    expected = mem_format("b running 0 {\"percent\":5} %s\nc queued 1 - -\nd queued 2 - -\n",
        store_member_name(kit_member("me")));
    ck_assert_str_eq(buf.data, expected);
    free(expected);
    buf_free(&buf);
}
END_TEST

/* --- many at once --- */

enum { PROCESSES = 4, THREADS = 3, KEYS = 5 };

/* Returns how many of KEYS jobs this connection created; -1 on an error. */
static void *open_all(void *unused)
{
    struct store *store;
    intptr_t n_new = 0;

    (void)unused;
    if (store_open(kit_path, kit_path, &store, NULL) < 0)
        return (void *)(intptr_t)-1;
    for (int i = 0; i < KEYS && n_new >= 0; i++) {
        char key[8];
        struct job_request request = kit_request("1", key);
        struct job job = {0};
        bool is_new = false;

        snprintf(key, sizeof key, "k%d", i);
        if (store_job_open(store, &request, &job, &is_new, NULL) != 0)
            n_new = -1;
        else
            n_new += is_new;
        job_clear(&job);
    }
    store_close(store);
    return (void *)n_new;
}

static int open_all_in_threads(void)
{
    pthread_t threads[THREADS];
    int n_new = 0;

    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, open_all, NULL) != 0)
            return 100;
    for (int i = 0; i < THREADS; i++) {
        void *answer;

        pthread_join(threads[i], &answer);
        n_new += (intptr_t)answer < 0 ? 100 : (int)(intptr_t)answer;
    }
    return n_new;
}

START_TEST(of_many_callers_in_many_processes_one_creates)
{
    pid_t pids[PROCESSES];
    int n_new = 0, status;

    /* With SQLite the database is not there yet either: all of them make it at once. */
    store_close(kit_store);
    kit_store = NULL;
    if (!kit_is_postgres())
        snprintf(kit_path, sizeof kit_path, "%s/new.db", kit_folder);
    for (int i = 0; i < PROCESSES; i++)
        if ((pids[i] = fork()) == 0)
            _exit(open_all_in_threads());
    for (int i = 0; i < PROCESSES; i++) {
        waitpid(pids[i], &status, 0);
        ck_assert(WIFEXITED(status));
        n_new += WEXITSTATUS(status);
    }
    ck_assert_int_eq(n_new, KEYS);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_new_job_is_queued_with_its_first_event,
        the_same_key_attaches_while_queued_running_and_done,
        without_an_input_nothing_is_made_and_no_lock_is_waited_for,
        a_request_that_is_asked_again_with_its_id_has_made_the_job,
        so_many_jobs_of_a_kind_and_of_a_client_may_wait,
        a_job_keeps_the_traceparent_of_the_request_that_made_it,
        a_job_keeps_the_metadata_of_the_request_that_made_it,
        a_request_with_a_name_that_is_asked_again_gets_its_job,
        a_request_with_a_name_may_get_a_job_that_is_there,
        a_name_is_not_for_another_request_within_a_day,
        a_name_whose_job_has_lost_its_files_or_is_forgotten_is_free,
        a_watched_job_is_written_down_once_in_a_while_whoever_asks,
        another_key_or_kind_is_another_job,
        done_jobs_up_to_the_number_whose_files_are_gone_count_no_more,
        a_failure_is_the_answer_for_a_while,
        a_failure_from_the_future_does_not_hold_for_ever,
        a_full_queue_refuses_new_jobs_but_not_known_ones,
        an_unknown_job_is_not_found,
        positions_in_the_queue_follow_creation_and_move_up,
        a_queued_job_is_canceled_at_once_with_its_last_events,
        a_running_job_is_marked_and_stays_its_owners,
        an_ended_job_stays_as_it_is,
        who_asks_again_after_a_cancel_gets_a_new_job,
        an_input_stays_as_long_as_its_job_may_be_run,
        a_failed_job_keeps_a_short_input_to_be_made_again,
        the_queue_is_told_page_by_page_in_its_order,
        a_queued_job_moves_to_the_place_of_its_new_priority,
        jobs_that_are_made_and_canceled_do_not_grow_the_file,
        lists_tell_the_newest_first,
        a_list_shows_what_its_filter_lets_pass,
        jobs_that_nobody_asked_for_are_told_longest_ago_first,
        a_job_that_is_to_be_forgotten_comes_first_and_no_request_keeps_it,
        a_forgotten_job_leaves_nothing,
        the_files_of_a_key_belong_to_each_job_that_may_need_them,
        live_jobs_come_with_owner_position_and_progress,
        of_many_callers_in_many_processes_one_creates,
    };

    const struct kit_loop loops[] = {
        {an_input_goes_with_its_jobs_end_unless_it_failed, sizeof ends / sizeof *ends},
        {a_reconnect_begins_anew_only_what_was_canceled_as_nobody_watched,
            sizeof cancels / sizeof *cancels}};

    return kit_main_loops("store_jobs", tests, sizeof tests / sizeof *tests, loops, 2, kit_start);
}
