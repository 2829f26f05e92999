/* test_job.c - states, ids and event ids. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "job/job.h"

#define SOME_ID "0123456789abcdefghjkmnpqrs"

static const enum job_state all[] = {JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELED};
enum { N_ALL = sizeof all / sizeof *all };

START_TEST(a_state_goes_only_where_the_drawing_says)
{
    /* Rows: from; columns: to; in the order of `all`. */
    static const bool may[N_ALL][N_ALL] = {
        {0, 1, 0, 0, 1},
        {1, 0, 1, 1, 1},
        {0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0},
    };

    for (int from = 0; from < N_ALL; from++)
        for (int to = 0; to < N_ALL; to++)
            ck_assert_msg(job_state_may_go(all[from], all[to]) == may[from][to], "%s to %s",
                job_state_name(all[from]), job_state_name(all[to]));
}
END_TEST

START_TEST(done_failed_and_canceled_are_ends)
{
    static const bool is_end[N_ALL] = {0, 0, 1, 1, 1};

    for (int i = 0; i < N_ALL; i++)
        ck_assert_int_eq(job_state_is_final(all[i]), is_end[i]);
}
END_TEST

START_TEST(a_state_is_found_again_by_its_name)
{
    enum job_state state = JOB_DONE;

    for (int i = 0; i < N_ALL; i++) {
        ck_assert(job_state_parse(job_state_name(all[i]), &state));
        ck_assert_int_eq(state, all[i]);
    }
    state = JOB_DONE;
    ck_assert(!job_state_parse("Queued", &state));
    ck_assert(!job_state_parse("", &state));
    ck_assert_int_eq(state, JOB_DONE);
}
END_TEST

START_TEST(a_made_id_is_wellformed_and_new)
{
    char a[JOB_ID_LEN + 1], b[JOB_ID_LEN + 1];

    job_id_make(a);
    job_id_make(b);
    ck_assert(job_id_is_wellformed(a));
    ck_assert(job_id_is_wellformed(b));
    ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(what_is_no_job_id_is_refused)
{
    static const char *const bad[] = {
        "",
        "1",
        "0123456789abcdefghjkmnpqr",   /* one short */
        "0123456789abcdefghjkmnpqrst", /* one long */
        "0123456789abcdefghijkmnpqr",  /* holds an i */
        "0123456789ABCDEFGHJKMNPQRS",
        "0123456789abcdefghjkmnpq/.",
        "0123456789abcdefghjkmnpq\n1",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!job_id_is_wellformed(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(an_event_id_comes_back_as_it_went)
{
    static const uint64_t seqs[] = {0, 1, 9, 10, 4294967296, UINT64_MAX};

    for (size_t i = 0; i < sizeof seqs / sizeof *seqs; i++) {
        char text[JOB_EVENT_ID_MAX + 1], id[JOB_ID_LEN + 1];
        uint64_t seq;

        job_event_id_format(SOME_ID, seqs[i], text);
        ck_assert(job_event_id_parse(text, id, &seq));
        ck_assert_str_eq(id, SOME_ID);
        ck_assert_uint_eq(seq, seqs[i]);
    }
}
END_TEST

START_TEST(a_cursor_comes_back_as_it_went)
{
    static const uint64_t numbers[] = {0, 1, 10, UINT64_MAX};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct job_cursor cursor = {.job_id = SOME_ID, .seq = 7, .position = numbers[i]}, again;
        char text[JOB_CURSOR_TEXT_MAX + 1];

        job_cursor_format(&cursor, text);
        ck_assert(job_cursor_parse(text, &again));
        ck_assert_str_eq(again.job_id, SOME_ID);
        ck_assert_uint_eq(again.seq, 7);
        ck_assert_uint_eq(again.position, numbers[i]);
    }
}
END_TEST

START_TEST(what_is_no_cursor_is_refused)
{
    static const char *const bad[] = {"", ":", "7:7", SOME_ID, SOME_ID ":7",
        SOME_ID ":7:", SOME_ID ":7:01", SOME_ID ":7:1x", SOME_ID "::1",
        SOME_ID ":7:18446744073709551616", "x:7:1", SOME_ID ":7:1:1",
        SOME_ID ":000000000000000000000000000000000000000000000007:1"};
    struct job_cursor cursor = {.seq = 99};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!job_cursor_parse(bad[i], &cursor), "%s", bad[i]);
    ck_assert_uint_eq(cursor.seq, 99);
}
END_TEST

#define TRACE "-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

START_TEST(a_traceparent_is_passed_on_as_version_00_or_not_at_all)
{
    static const struct {
        const char *header, *read;
    } headers[] = {
        {"00" TRACE, "00" TRACE},
        {"cc" TRACE, "00" TRACE},
        {"cc" TRACE "-what-comes-later", "00" TRACE},
        {"", ""},
        {"00", ""},
        {"00" TRACE "-more", ""},
        {"00" TRACE "x", ""},
        {"cc" TRACE "x", ""},
        {"ff" TRACE, ""},
        {"0g" TRACE, ""},
        {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", ""},
        {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""},
        {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""},
        {"00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01", ""},
    };

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char read[JOB_TRACE_LEN + 1] = "x";

        job_traceparent_read(headers[i].header, read);
        ck_assert_str_eq(read, headers[i].read);
    }
}
END_TEST

START_TEST(what_is_no_event_id_is_refused_and_writes_nothing)
{
    static const char *const bad[] = {
        "",
        "17",
        SOME_ID,
        SOME_ID ":",
        SOME_ID ":01",
        SOME_ID ":+1",
        SOME_ID ":-1",
        SOME_ID ": 1",
        SOME_ID ":1 ",
        SOME_ID ":1x",
        SOME_ID ":18446744073709551616",
        SOME_ID ":99999999999999999999999",
        SOME_ID "1:1",
        "x:1",
        "0123456789abcdefghijkmnpqr:1",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char id[JOB_ID_LEN + 1] = "untouched";
        uint64_t seq = 7;

        ck_assert_msg(!job_event_id_parse(bad[i], id, &seq), "%s", bad[i]);
        ck_assert_str_eq(id, "untouched");
        ck_assert_uint_eq(seq, 7);
    }
}
END_TEST

START_TEST(a_cleared_job_holds_nothing)
{
    struct job job = {.state = JOB_FAILED,
        .input = mem_copy("{}"),
        .progress = mem_copy("{}"),
        .result = mem_copy("{}"),
        .error = mem_copy("why")};

    job_clear(&job);
    ck_assert_ptr_null(job.input);
    ck_assert_ptr_null(job.error);
    ck_assert_int_eq(job.state, JOB_QUEUED);
    job_clear(&job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("job");
    TCase *tests = tcase_create("job");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    digest_init();
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_state_goes_only_where_the_drawing_says);
    tcase_add_test(tests, done_failed_and_canceled_are_ends);
    tcase_add_test(tests, a_state_is_found_again_by_its_name);
    tcase_add_test(tests, a_made_id_is_wellformed_and_new);
    tcase_add_test(tests, what_is_no_job_id_is_refused);
    tcase_add_test(tests, an_event_id_comes_back_as_it_went);
    tcase_add_test(tests, what_is_no_event_id_is_refused_and_writes_nothing);
    tcase_add_test(tests, a_traceparent_is_passed_on_as_version_00_or_not_at_all);
    tcase_add_test(tests, a_cursor_comes_back_as_it_went);
    tcase_add_test(tests, what_is_no_cursor_is_refused);
    tcase_add_test(tests, a_cleared_job_holds_nothing);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
