/* test_encode.c - events as the streams of one job send them, and those of several jobs. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hub/kind/encode.h"

#define JOB_ID "0123456789abcdefghjkmnpqrs"

static const struct job_kind kind = {.name = "steps", .subject_name = "thing"};

static void assert_bytes(struct buf *bytes, const char *expected)
{
    ck_assert_str_eq(bytes->data, expected);
    buf_free(bytes);
}

static struct job a_job(void)
{
    return (struct job){.id = JOB_ID, .subject = "s", .state = JOB_QUEUED, .position = 2};
}

START_TEST(a_job_event_has_an_id_only_if_it_gets_one)
{
    struct job job = a_job();
    struct buf bytes = {0};

    hub_encode_job(&bytes, NULL, &kind, &job);
    assert_bytes(&bytes, "event: job\n"
                         "data: {\"id\":\"" JOB_ID "\",\"state\":\"queued\",\"position\":2,"
                         "\"thing\":\"s\"}\n\n");
    job.metadata = "{\"order\":7}";
    hub_encode_job(&bytes, NULL, &kind, &job);
    assert_bytes(&bytes, "event: job\n"
                         "data: {\"id\":\"" JOB_ID "\",\"state\":\"queued\",\"position\":2,"
                         "\"thing\":\"s\",\"metadata\":{\"order\":7}}\n\n");
    job.metadata = "\"}"; /* written by somebody else */
    hub_encode_joint_job(&bytes, JOB_ID ":3:9", &kind, &job);
    assert_bytes(&bytes, "id: " JOB_ID ":3:9\nevent: job\n"
                         "data: {\"job\":\"" JOB_ID "\",\"data\":{\"id\":\"" JOB_ID
                         "\",\"state\":\"queued\",\"position\":2,\"thing\":\"s\"}}\n\n");
}
END_TEST

/* What a joint stream makes of the data of an event. */
static const struct {
    const char *name, *data, *joint;
} events[] = {
    {"done", "{\"a\": 1.50}", "{\"a\": 1.50}"},
    {"line", "7", "7"},
    {"line", "\"text\"", "\"text\""},
    {NULL, "7", "\"7\""},
    {NULL, "{\"a\":1}", "\"{\\\"a\\\":1}\""},
    {NULL, "", "\"\""},
    {NULL, "a\\b\tc\nd", "\"a\\\\b\\u0009c\\u000ad\""},
    {NULL, "caf\xC3\xA9 \xFF", "\"caf\xC3\xA9 \xEF\xBF\xBD\""},
    {"failed", "no JSON: \"x\"", "\"no JSON: \\\"x\\\"\""},
    {"failed", "{\"a\":1} and more", "\"{\\\"a\\\":1} and more\""},
    {"failed", "", "\"\""},
};

START_TEST(the_data_of_a_joint_event_is_json_that_names_its_job)
{
    struct job_event event = {.seq = 4, .name = events[_i].name, .data = events[_i].data};
    struct job_cursor seen = {.job_id = JOB_ID, .seq = 5, .position = 12};
    struct buf bytes = {0}, expected = {0};

    buf_add_text(&expected, "id: " JOB_ID ":5:12\n");
    if (event.name)
        buf_format(&expected, "event: %s\n", event.name);
    buf_format(&expected, "data: {\"job\":\"" JOB_ID "\",\"data\":%s}\n\n", events[_i].joint);
    hub_encode_joint_event(&bytes, &seen, JOB_ID, &event);
    assert_bytes(&bytes, expected.data);
    buf_free(&expected);
}
END_TEST

START_TEST(progress_and_the_last_event_have_no_id)
{
    struct job job = a_job();
    struct buf bytes = {0};

    hub_encode_joint_progress(&bytes, &job);
    ck_assert_uint_eq(bytes.len, 0);
    job.progress = (char *)"{\"percent\":5}";
    hub_encode_joint_progress(&bytes, &job);
    assert_bytes(
        &bytes, "event: progress\ndata: {\"job\":\"" JOB_ID "\",\"data\":{\"percent\":5}}\n\n");
    hub_encode_joint_end(&bytes, 3);
    assert_bytes(&bytes, "event: complete\ndata: {\"jobs\":3}\n\n");
}
END_TEST

/* Ends with an event that is called as the state, and with a message. */
static void finish(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    (void)error;
    last_events_add(last, job_state_name(state), result);
    last_events_add(last, NULL, "{}");
}

/* Only the event that is called as the state, and only an object. */
START_TEST(the_event_of_the_end_tells_what_the_request_brought)
{
    static const struct {
        const char *data, *told;
    } ends[] = {
        {"{}", "{\"traceparent\":\"T\",\"metadata\":{\"o\":7}}"},
        {"{ }", "{ \"traceparent\":\"T\",\"metadata\":{\"o\":7}}"},
        {"{\"a\":{\"b\":1.10}}",
            "{\"a\":{\"b\":1.10},\"traceparent\":\"T\",\"metadata\":{\"o\":7}}"},
        {"{\"metadata\":1}", "{\"metadata\":1,\"traceparent\":\"T\"}"},
        {"{\"traceparent\":1}", "{\"traceparent\":1,\"metadata\":{\"o\":7}}"},
        {"\"text\"", "\"text\""},
        {"{ no object", "{ no object"},
        {"", ""},
    };
    static const struct job_kind ending = {.finish = finish};
    static const enum job_state states[] = {JOB_DONE, JOB_FAILED, JOB_CANCELED};

    for (size_t i = 0; i < 3 * sizeof ends / sizeof *ends; i++) {
        struct job_end end = {states[i % 3], ends[i / 3].data, NULL, "", NULL};
        struct last_events last = {0}, told = {0};

        kind_finish(&ending, &end, &last);
        ck_assert_str_eq(last.at[0].data, ends[i / 3].data);
        end.traceparent = "T";
        end.metadata = "{\"o\":7}";
        kind_finish(&ending, &end, &told);
        ck_assert_str_eq(told.at[0].data, ends[i / 3].told);
        ck_assert_int_eq(told.n, 3);
        for (int k = 1; k < told.n; k++)
            ck_assert_str_eq(told.at[k].data, last.at[k].data);
        last_events_clear(&last);
        last_events_clear(&told);
    }
}
END_TEST

START_TEST(metadata_that_is_no_object_is_none)
{
    static const struct job_end end = {JOB_CANCELED, NULL, NULL, "", "7"};
    struct last_events last = {0};

    kind_finish(NULL, &end, &last);
    ck_assert_str_eq(last.at[0].data, "{}");
    last_events_clear(&last);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("encode");
    TCase *tests = tcase_create("encode");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_job_event_has_an_id_only_if_it_gets_one);
    tcase_add_loop_test(tests, the_data_of_a_joint_event_is_json_that_names_its_job, 0,
        sizeof events / sizeof *events);
    tcase_add_test(tests, the_event_of_the_end_tells_what_the_request_brought);
    tcase_add_test(tests, metadata_that_is_no_object_is_none);
    tcase_add_test(tests, progress_and_the_last_event_have_no_id);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
