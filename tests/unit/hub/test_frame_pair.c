/* test_frame_pair.c - an event is encoded once for all streams of a form, and late. */
#include <check.h>
#include <string.h>

#include "hub/viewers/frame_pair.h"

#define JOB_ID "0123456789abcdefghjkmnpqrs"

static const struct job_cursor place = {.job_id = JOB_ID, .seq = 4, .position = 9};
static const struct job_cursor no_place = {.job_id = JOB_ID};

static void assert_bytes(const struct frame *frame, const char *expected)
{
    ck_assert_uint_eq(frame->len, strlen(expected));
    ck_assert(memcmp(frame->bytes, expected, frame->len) == 0);
}

START_TEST(an_event_has_a_frame_for_each_form_of_stream)
{
    struct job_event event = {.seq = 4, .name = "line", .data = "{\"n\":1}", .is_final = true};
    struct frame_pair *pair = frame_pair_new(&place, &event, false);

    assert_bytes(frame_pair_get(pair, false), "id: " JOB_ID ":4\nevent: line\ndata: {\"n\":1}\n\n");
    assert_bytes(frame_pair_get(pair, true),
        "id: " JOB_ID ":4:9\nevent: line\n"
        "data: {\"job\":\"" JOB_ID "\",\"data\":{\"n\":1}}\n\n");
    ck_assert(frame_pair_at(pair)->is_over);
    ck_assert_uint_eq(frame_pair_get(pair, true)->passing, 0);
    frame_pair_free(pair);
}
END_TEST

START_TEST(a_frame_is_shared_by_all_who_ask_and_tells_when_the_event_came)
{
    struct frame_pair *pair = frame_pair_new(&place, &(struct job_event){.data = "text"}, false);
    struct frame *kept = frame_ref(frame_pair_get(pair, true));

    ck_assert_ptr_eq(frame_pair_get(pair, true), kept);
    ck_assert_ptr_ne(frame_pair_get(pair, false), kept);
    ck_assert_int_eq(frame_pair_get(pair, false)->posted_ns, kept->posted_ns);
    frame_pair_free(pair);
    ck_assert_uint_eq(kept->n_refs, 1);
    frame_unref(kept);
}
END_TEST

START_TEST(a_note_has_no_id_and_what_passes_is_known_by_its_job)
{
    struct job_event event = {.name = "progress", .data = "{\"percent\":40}"};
    struct frame_pair *pair = frame_pair_new(&no_place, &event, true);

    assert_bytes(frame_pair_get(pair, false), "event: progress\ndata: {\"percent\":40}\n\n");
    assert_bytes(frame_pair_get(pair, true),
        "event: progress\ndata: {\"job\":\"" JOB_ID "\",\"data\":{\"percent\":40}}\n\n");
    ck_assert_uint_ne(frame_pair_get(pair, true)->passing, 0);
    ck_assert_uint_eq(frame_pair_at(pair)->position, 0);
    frame_pair_free(pair);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frame_pair");
    TCase *tcase = tcase_create("frame_pair");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_test(tcase, an_event_has_a_frame_for_each_form_of_stream);
    tcase_add_test(tcase, a_frame_is_shared_by_all_who_ask_and_tells_when_the_event_came);
    tcase_add_test(tcase, a_note_has_no_id_and_what_passes_is_known_by_its_job);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
