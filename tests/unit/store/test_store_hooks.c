/* test_store_hooks.c - hooks of jobs: each has a cursor into the events of its job. */
#include "store/hooks.h"

#include <pthread.h>
#include <stdatomic.h>

#include "unit/store/store_kit.h"

enum { HOOKS_MOST = 3, HOOK_LEASE_MS = 60000 };

static char job_id[JOB_ID_LEN + 1];

static int add(const char *host, const char *events, const char *metadata)
{
    char url[64];

    snprintf(url, sizeof url, "https://%s/hook", host);
    return store_hook_add(kit_store,
        &(struct hook_request){.job_id = job_id,
            .url = url,
            .host = host,
            .events = events,
            .metadata = metadata,
            .most = HOOKS_MOST},
        &kit_error);
}

static void append(const char *name, const char *data)
{
    assert_done(store_job_append(
        kit_store, job_id, 1, &(struct job_event){.name = name, .data = data}, 1, &kit_error));
}

static void end_job(void)
{
    const struct job_event last[] = {{.name = "done", .data = "{}"}, {.data = "finished"},
        {.name = "end", .data = "{\"state\":\"done\"}"}};

    assert_done(
        store_job_end(kit_store, job_id, 1, JOB_DONE, "{\"x\":1}", NULL, last, 3, &kit_error));
}

static void start(void)
{
    kit_start();
    strcpy(job_id, kit_job("a"));
    ck_assert_str_eq(kit_claim("me", 9), job_id);
}

static int claim_of(const char *busy, bool takes_retries, struct hook_due *ret_due)
{
    return store_hook_claim(kit_store,
        &(struct hook_wish){
            .busy = busy, .takes_retries = takes_retries, .lease_ms = HOOK_LEASE_MS},
        ret_due, &kit_error);
}

/* Claims, and says what: "HOST SEQ NAME DATA"; "": nothing. */
static const char *claim(struct hook_due *ret_due)
{
    static char text[200];
    int rc = claim_of(",", true, ret_due);

    ck_assert_msg(rc == 0 || rc == STORE_E_NOT_FOUND, "%d: %s", rc, kit_error.text);
    text[0] = '\0';
    if (rc == 0)
        snprintf(text, sizeof text, "%s %d %s %s", ret_due->host, (int)ret_due->seq,
            ret_due->name ? ret_due->name : "-", ret_due->data);
    return text;
}

static void deliver(const char *expected)
{
    struct hook_due due;

    ck_assert_str_eq(claim(&due), expected);
    assert_done(store_hook_delivered(kit_store, &due, &kit_error));
    hook_due_clear(&due);
}

static void nothing_is_due(void)
{
    struct hook_due due;

    ck_assert_str_eq(claim(&due), "");
    hook_due_clear(&due);
}

static void refuse(int64_t pause_ms, bool is_last)
{
    struct hook_due due;

    ck_assert_str_ne(claim(&due), "");
    assert_done(store_hook_failed(kit_store, &due,
        &(struct hook_failure){.pause_ms = pause_ms, .is_last = is_last, .error = "503"},
        &kit_error));
    hook_due_clear(&due);
}

static const char *hook_state(void)
{
    return kit_ask("SELECT state FROM casecast_hooks ORDER BY number LIMIT 1");
}

/* --- which events --- */

START_TEST(events_come_in_their_order_one_after_the_other)
{
    struct hook_due due, other;

    assert_done(add("a.example", "", ""));
    append("scene", "{\"scene\":1}");
    append("scene", "{\"scene\":2}");
    deliver("a.example 1 job {\"state\":\"queued\"}");
    ck_assert_str_eq(claim(&due), "a.example 2 scene {\"scene\":1}");
    ck_assert_str_eq(due.job_id, job_id);
    ck_assert_str_eq(due.url, "https://a.example/hook");
    ck_assert_int_eq((int)due.after, 1);
    ck_assert(!due.is_final && due.attempts == 0);
    nothing_is_due(); /* the third one waits for the second */
    assert_done(store_hook_delivered(kit_store, &due, &kit_error));
    ck_assert_str_eq(claim(&other), "a.example 3 scene {\"scene\":2}");
    assert_done(store_hook_delivered(kit_store, &due, &kit_error)); /* told again, late */
    assert_done(store_hook_delivered(kit_store, &other, &kit_error));
    nothing_is_due();
    hook_due_clear(&due);
    hook_due_clear(&other);
}
END_TEST

START_TEST(only_events_that_were_asked_for_come)
{
    struct hook_due due;

    assert_done(add("a.example", ",end,message,", "{\"order\":7}"));
    append("scene", "{}");
    nothing_is_due();
    end_job();
    deliver("a.example 4 - finished");
    ck_assert_str_eq(claim(&due), "a.example 5 end {\"state\":\"done\"}");
    ck_assert(due.is_final);
    ck_assert_str_eq(due.metadata, "{\"order\":7}");
    assert_done(store_hook_delivered(kit_store, &due, &kit_error));
    hook_due_clear(&due);
    ck_assert_str_eq(hook_state(), "idle");
}
END_TEST

START_TEST(a_hook_of_an_ended_job_gets_its_events_at_once)
{
    end_job();
    assert_done(add("a.example", ",end,", ""));
    deliver("a.example 4 end {\"state\":\"done\"}");
    nothing_is_due();
}
END_TEST

START_TEST(a_hook_without_an_event_is_idle)
{
    assert_done(add("a.example", ",failed,message,", ""));
    ck_assert_str_eq(hook_state(), "idle");
    append("scene", "{}");
    nothing_is_due();
    append(NULL, "words");
    ck_assert_str_eq(hook_state(), "due");
    deliver("a.example 3 - words");
    ck_assert_str_eq(hook_state(), "idle");
    end_job();
    deliver("a.example 5 - finished");
    ck_assert_str_eq(hook_state(), "idle");
}
END_TEST

/* --- one hook --- */

START_TEST(the_same_request_is_one_hook)
{
    assert_done(add("a.example", ",end,", "{}"));
    assert_done(add("a.example", ",end,", "{}"));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_hooks"), "1");
    assert_done(add("a.example", ",done,", "{}"));
    assert_done(add("a.example", ",end,", "{\"order\":2}"));
    ck_assert_int_eq(add("b.example", ",end,", "{}"), STORE_E_FULL);
    assert_done(add("a.example", ",end,", "{}"));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_hooks"), "3");
}
END_TEST

START_TEST(a_hook_needs_its_job_and_goes_with_it)
{
    assert_done(add("a.example", "", ""));
    end_job();
    assert_done(store_job_forget(kit_store, job_id, &kit_error));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_hooks"), "0");
    ck_assert_int_eq(add("a.example", "", ""), STORE_E_NOT_FOUND);
}
END_TEST

/* --- claims --- */

START_TEST(a_claim_holds_for_its_lease)
{
    struct store *other = kit_open(), *mine = kit_store;
    struct hook_due due, again;

    assert_done(add("a.example", "", ""));
    ck_assert_str_ne(claim(&due), "");
    kit_store = other;
    nothing_is_due();
    kit_sql("UPDATE casecast_hooks SET next_ms = next_ms - 60001");
    ck_assert_str_eq(claim(&again), "a.example 1 job {\"state\":\"queued\"}");
    ck_assert_str_eq(again.id, due.id);
    assert_done(store_hook_delivered(kit_store, &again, &kit_error));
    kit_store = mine;
    assert_done(store_hook_failed(kit_store, &due,
        &(struct hook_failure){.pause_ms = 9, .is_last = true, .error = "late"}, &kit_error));
    ck_assert_str_eq(hook_state(), "idle"); /* the late failure is of a claim that is over */
    ck_assert_str_eq(kit_ask("SELECT seq FROM casecast_hooks"), "1");
    hook_due_clear(&due);
    hook_due_clear(&again);
    store_close(other);
}
END_TEST

enum { RACERS = 4, RACES = 30 };

/* Claims until nothing is left; a lost race is an answer of the store, too. */
static void *race(void *ctx)
{
    atomic_int *n_claimed = ctx;
    struct store *store = NULL;
    struct hook_due due;
    struct error err;
    int rc = store_open(kit_path, NULL, &store, &err);

    while (rc == 0) {
        rc = store_hook_claim(
            store, &(struct hook_wish){.busy = ",", .lease_ms = HOOK_LEASE_MS}, &due, &err);
        if (rc == 0)
            atomic_fetch_add(n_claimed, 1);
        hook_due_clear(&due);
    }
    store_close(store);
    return rc == STORE_E_NOT_FOUND ? NULL : ctx;
}

START_TEST(a_hook_is_claimed_by_one_of_many)
{
    pthread_t racers[RACERS];
    atomic_int n_claimed = 0;
    void *failed;

    for (int i = 0; i < RACES; i++) {
        char key[16];

        snprintf(key, sizeof key, "race-%d", i);
        strcpy(job_id, kit_job(key));
        assert_done(add("a.example", "", ""));
    }
    for (int i = 0; i < RACERS; i++)
        ck_assert_int_eq(pthread_create(&racers[i], NULL, race, &n_claimed), 0);
    for (int i = 0; i < RACERS; i++) {
        pthread_join(racers[i], &failed);
        ck_assert_ptr_null(failed);
    }
    ck_assert_int_eq(n_claimed, RACES);
}
END_TEST

enum { N_APPENDED = 80 };

/* Returns NULL, or what failed. */
static void *append_all(void *is_over)
{
    static struct error err;
    struct store *store;
    int rc = store_open(kit_path, kit_path, &store, &err);

    for (int i = 0; rc == 0 && i < N_APPENDED; i++) {
        struct job_event event = {.name = "page", .data = "{}"};

        do
            rc = store_job_append(store, job_id, 1, &event, 1, &err);
        while (rc == -ERR_BUSY);
    }
    store_close(store);
    atomic_store((atomic_bool *)is_over, true);
    return rc == 0 ? NULL : err.text;
}

/* A hook that has just delivered all there is becomes idle while the next event is written. */
START_TEST(no_event_is_missed_that_is_written_while_another_is_delivered)
{
    atomic_bool is_over = false;
    struct hook_due due;
    pthread_t writer;
    uint64_t seq = 0;
    void *failed;
    bool was_over;

    assert_done(add("a.example", "", ""));
    ck_assert_int_eq(pthread_create(&writer, NULL, append_all, &is_over), 0);
    do {
        was_over = atomic_load(&is_over);
        while (*claim(&due)) {
            ck_assert_int_eq(due.seq, ++seq);
            assert_done(store_hook_delivered(kit_store, &due, &kit_error));
            hook_due_clear(&due);
        }
    } while (!was_over);
    pthread_join(writer, &failed);
    ck_assert_msg(!failed, "%s", (const char *)failed);
    ck_assert_int_eq(seq, 1 + N_APPENDED);
}
END_TEST

START_TEST(a_clock_that_was_set_back_stops_no_hook)
{
    assert_done(add("a.example", "", ""));
    kit_sql("UPDATE casecast_hooks SET next_ms = 9000000000000");
    deliver("a.example 1 job {\"state\":\"queued\"}");
}
END_TEST

START_TEST(hosts_that_have_enough_and_retries_can_be_left_out)
{
    struct hook_due due;

    assert_done(add("a.example", "", ""));
    ck_assert_int_eq(claim_of(",a.example,", true, &due), STORE_E_NOT_FOUND);
    ck_assert_int_eq(claim_of(",xa.example,a.examples,", true, &due), 0);
    assert_done(store_hook_failed(
        kit_store, &due, &(struct hook_failure){.pause_ms = 0, .error = "503"}, &kit_error));
    hook_due_clear(&due);
    ck_assert_int_eq(claim_of(",", false, &due), STORE_E_NOT_FOUND);
    ck_assert_int_eq(claim_of(",", true, &due), 0);
    ck_assert_int_eq(due.attempts, 1);
    hook_due_clear(&due);
}
END_TEST

START_TEST(hooks_that_failed_come_last)
{
    assert_done(add("a.example", "", ""));
    refuse(0, false);
    kit_sql("UPDATE casecast_hooks SET next_ms = 0"); /* it waits as long as the other one */
    assert_done(add("b.example", "", ""));
    deliver("b.example 1 job {\"state\":\"queued\"}");
    deliver("a.example 1 job {\"state\":\"queued\"}");
}
END_TEST

/* --- failures --- */

START_TEST(a_failure_is_tried_again_after_its_pause)
{
    struct hook_due due;

    assert_done(add("a.example", "", ""));
    refuse(3600000, false);
    nothing_is_due();
    kit_sql("UPDATE casecast_hooks SET next_ms = 1, since_ms = since_ms - 7000000");
    ck_assert_str_ne(claim(&due), "");
    ck_assert_int_eq(due.attempts, 1);
    ck_assert_int_ge(due.tried_ms, 7000000);
    ck_assert_int_lt(due.tried_ms, 7600000);
    assert_done(store_hook_delivered(kit_store, &due, &kit_error));
    hook_due_clear(&due);
    append("scene", "{}");
    ck_assert_str_ne(claim(&due), "");
    ck_assert_int_eq(due.attempts, 0); /* of the next event */
    ck_assert_int_lt(due.tried_ms, 600000);
    hook_due_clear(&due);
}
END_TEST

static void note_row(void *ctx, const struct hook_row *row)
{
    ck_assert_str_eq(row->job_id, job_id);
    ck_assert_int_eq(strlen(row->id), HOOK_ID_LEN);
    buf_format(ctx, "%s %s %d %s %d%s\n", row->host, row->events, row->attempts,
        row->error ? row->error : "-", (int)row->seq, row->is_given_up ? " given up" : "");
}

static void assert_rows(const char *expected)
{
    struct buf buf = {0};

    buf_add_text(&buf, "");
    assert_done(store_hook_each(kit_store, 0, 100, note_row, &buf, &kit_error));
    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
}

static void assert_counts(int n_waiting, int n_given_up)
{
    struct hook_counts counts;

    assert_done(store_hook_count(kit_store, &counts, &kit_error));
    ck_assert_int_eq(counts.n_waiting, n_waiting);
    ck_assert_int_eq(counts.n_given_up, n_given_up);
}

START_TEST(what_waits_and_what_was_given_up_is_listed)
{
    assert_rows("");
    assert_done(add("a.example", ",job,", ""));
    assert_done(add("b.example", ",end,", ""));
    assert_rows("a.example ,job, 0 - 1\n");
    assert_counts(1, 0);
    refuse(3600000, false);
    assert_rows("a.example ,job, 1 503 1\n");
    kit_sql("UPDATE casecast_hooks SET next_ms = 1");
    refuse(0, true);
    end_job();
    assert_rows("a.example ,job, 2 503 1 given up\nb.example ,end, 0 - 4\n");
    assert_counts(1, 1);
    deliver("b.example 4 end {\"state\":\"done\"}");
    nothing_is_due();
    assert_counts(0, 1);
}
END_TEST

START_TEST(a_hook_that_was_given_up_is_tried_anew_when_it_is_asked_for_again)
{
    assert_done(add("a.example", "", ""));
    refuse(0, true);
    nothing_is_due();
    ck_assert_str_eq(hook_state(), "given up");
    assert_done(add("a.example", "", ""));
    deliver("a.example 1 job {\"state\":\"queued\"}");
}
END_TEST

START_TEST(a_store_that_only_reads_lists_hooks)
{
    struct store *reader, *writer = kit_store;

    assert_done(add("a.example", "", ""));
    assert_done(store_open_to_read(kit_path, STORE_JOBS, &reader, &kit_error));
    kit_store = reader;
    assert_rows("a.example  0 - 1\n");
    kit_store = writer;
    store_close(reader);
}
END_TEST

START_TEST(a_hook_is_made_with_its_job_and_gets_its_first_event)
{
    const struct hook_request hook = {.url = "https://a.example/",
        .host = "a.example",
        .events = ",job,",
        .metadata = "{\"order\":7}"};
    struct job_request request = kit_request("1", "with a hook");
    struct hook_due due;
    struct job job;
    bool is_new;

    request.hook = &hook;
    for (int i = 0; i < 2; i++) { /* who attaches makes none */
        assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
        ck_assert_int_eq(is_new, i == 0);
        assert_done(store_hook_claim(kit_store,
                        &(struct hook_wish){.busy = ",", .takes_retries = true, .lease_ms = 1},
                        &due, &kit_error) -
                    (i ? STORE_E_NOT_FOUND : 0));
        if (i == 0) {
            ck_assert_str_eq(due.job_id, job.id);
            ck_assert_str_eq(due.url, hook.url);
            ck_assert_str_eq(due.name, "job");
            ck_assert_str_eq(due.metadata, hook.metadata);
            assert_done(store_hook_delivered(kit_store, &due, &kit_error));
        }
        hook_due_clear(&due);
        job_clear(&job);
    }
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_hooks"), "1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        events_come_in_their_order_one_after_the_other,
        only_events_that_were_asked_for_come,
        a_hook_of_an_ended_job_gets_its_events_at_once,
        a_hook_without_an_event_is_idle,
        the_same_request_is_one_hook,
        a_hook_needs_its_job_and_goes_with_it,
        a_claim_holds_for_its_lease,
        a_hook_is_claimed_by_one_of_many,
        no_event_is_missed_that_is_written_while_another_is_delivered,
        a_clock_that_was_set_back_stops_no_hook,
        hosts_that_have_enough_and_retries_can_be_left_out,
        hooks_that_failed_come_last,
        a_failure_is_tried_again_after_its_pause,
        what_waits_and_what_was_given_up_is_listed,
        a_hook_that_was_given_up_is_tried_anew_when_it_is_asked_for_again,
        a_store_that_only_reads_lists_hooks,
        a_hook_is_made_with_its_job_and_gets_its_first_event,
    };

    return kit_main("store_hooks", tests, sizeof tests / sizeof *tests, start);
}
