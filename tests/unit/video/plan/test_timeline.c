/* test_timeline.c - the plan of a video in frames: timeline.h. */
#include <check.h>
#include <stdlib.h>

#include "video/plan/timeline.h"

static int fps;

static void set_up(void)
{
    fps = 30;
}

static int frames(int ms)
{
    return timeline_frames(fps, ms);
}

static struct timeline_segment transition_of(const struct timeline *t, int nth)
{
    for (int i = 0; i < t->n_segments; i++)
        if (t->segments[i].is_transition && nth-- == 0)
            return t->segments[i];
    ck_abort_msg("the timeline has fewer transitions");
}

static struct timeline plan(const struct timeline_input *inputs, int n)
{
    struct timeline timeline;
    struct error err;

    ck_assert_int_eq(timeline_plan(inputs, n, fps, &timeline, &err), 0);
    return timeline;
}

/* The rules that hold for all inputs. */
static void check_rules(const struct timeline_input *inputs, const struct timeline *t)
{
    int at = 0;

    for (int i = 0; i < t->n_segments; i++) {
        ck_assert_int_eq(t->segments[i].first, at);
        ck_assert_int_ge(t->segments[i].n, 4);
        ck_assert_int_le(t->segments[i].n, frames(TIMELINE_SEGMENT_MAX_MS));
        at += t->segments[i].n;
    }
    ck_assert_int_eq(at, t->n_frames);
    for (int i = 0; i < t->n_scenes; i++) {
        const struct timeline_scene *s = &t->scenes[i];
        int64_t body = (int64_t)timeline_body_start(s) * t->frame_samples;
        int64_t body_end = body + (int64_t)timeline_body_length(s) * t->frame_samples;

        ck_assert_int_ge(s->end - s->start, (int)(inputs[i].seconds * fps - 1e-6));
        ck_assert_int_eq(s->sound_at % t->frame_samples, 0);
        if (i > 0)
            ck_assert_int_eq(s->start + s->transition_in, t->scenes[i - 1].end);
        if (i > 0 && inputs[i].transition == CASE_TRANSITION_CUT)
            ck_assert_int_eq(s->transition_in, 0);
        if (inputs[i].sound_samples) {
            ck_assert_int_gt(s->sound_at, body - 1);
            ck_assert_int_le(s->sound_at + inputs[i].sound_samples, body_end);
        }
    }
}

START_TEST(a_scene_without_sound_or_seconds_lasts_four_seconds)
{
    struct timeline t = plan(&(struct timeline_input){0}, 1);

    ck_assert_int_eq(t.n_frames, 120);
    timeline_free(&t);
}
END_TEST

START_TEST(a_narrated_scene_lasts_lead_sound_and_tail)
{
    /* 2.01 s need 61 frames. */
    struct timeline t = plan(&(struct timeline_input){.sound_samples = 96480}, 1);

    ck_assert_int_eq(
        t.n_frames, frames(TIMELINE_FIRST_LEAD_MS) + 61 + frames(TIMELINE_LAST_TAIL_MS));
    ck_assert_int_eq(t.scenes[0].sound_at, TIMELINE_RATE / 1000 * TIMELINE_FIRST_LEAD_MS);
    timeline_free(&t);
}
END_TEST

START_TEST(seconds_lengthen_a_scene_and_never_cut_its_narration)
{
    struct timeline_input inputs[] = {
        {.seconds = 10, .sound_samples = 48000}, {.seconds = 1, .sound_samples = 480000}};
    struct timeline t = plan(inputs, 2);

    ck_assert_int_eq(t.scenes[0].end - t.scenes[0].start, 300);
    ck_assert_int_eq(t.scenes[1].end - t.scenes[1].start,
        24 + frames(TIMELINE_LEAD_MS) + 300 + frames(TIMELINE_LAST_TAIL_MS));
    check_rules(inputs, &t);
    timeline_free(&t);
}
END_TEST

START_TEST(a_fraction_of_a_second_is_rounded_up_to_frames_but_not_by_a_rounding_error)
{
    struct timeline a =
        plan(&(struct timeline_input){.seconds = 2.3}, 1); /* 2.3 × 30 is 68.99999… */
    struct timeline b = plan(&(struct timeline_input){.seconds = 2.31}, 1);

    ck_assert_int_eq(a.n_frames, 69);
    ck_assert_int_eq(b.n_frames, 70);
    timeline_free(&a);
    timeline_free(&b);
}
END_TEST

START_TEST(neighbours_share_a_transition_of_24_frames_that_counts_once)
{
    struct timeline_input inputs[3] = {{0}};
    struct timeline t = plan(inputs, 3);

    ck_assert_int_eq(t.n_frames, 3 * 120 - 2 * 24);
    ck_assert_int_eq(transition_of(&t, 0).scene, 0);
    ck_assert_int_eq(transition_of(&t, 0).n, 24);
    ck_assert_int_eq(transition_of(&t, 1).scene, 1);
    check_rules(inputs, &t);
    timeline_free(&t);
}
END_TEST

START_TEST(a_scene_of_one_frame_becomes_long_enough_for_its_transitions)
{
    struct timeline_input inputs[] = {{0}, {.seconds = 1 / 30.0}, {.seconds = 1 / 30.0}};
    struct timeline t = plan(inputs, 3);

    ck_assert_int_eq(t.scenes[1].end - t.scenes[1].start, TIMELINE_SCENE_MIN);
    ck_assert_int_eq(t.scenes[1].transition_in, TIMELINE_SCENE_MIN / 3);
    check_rules(inputs, &t);
    timeline_free(&t);
}
END_TEST

START_TEST(a_transition_lasts_as_long_at_every_rate_and_a_cut_has_no_frames)
{
    struct timeline_input inputs[] = {{0}, {.transition = CASE_TRANSITION_FADE},
        {.transition = CASE_TRANSITION_CUT}, {.transition = CASE_TRANSITION_BLACK}};

    for (int i = 0; i < 2; i++) {
        struct timeline t;

        fps = i ? 60 : 25;
        t = plan(inputs, 4);
        ck_assert_int_eq(transition_of(&t, 0).kind, CASE_TRANSITION_FADE);
        ck_assert_int_eq(transition_of(&t, 0).n, fps * 8 / 10);
        ck_assert_int_eq(t.scenes[2].start, t.scenes[1].end);
        ck_assert_int_eq(transition_of(&t, 1).scene, 2);
        ck_assert_int_eq(transition_of(&t, 1).kind, CASE_TRANSITION_BLACK);
        ck_assert_int_eq(transition_of(&t, 1).n, fps);
        check_rules(inputs, &t);
        timeline_free(&t);
    }
}
END_TEST

START_TEST(a_video_begins_with_short_segments_that_grow)
{
    static const int wanted_ms[] = {500, 500, 1000, 1000, 2000, 2000, 2000, 5000, 5000, 5000};
    struct timeline t = plan(&(struct timeline_input){.seconds = 24}, 1);

    ck_assert_int_eq(t.n_segments, 10);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(t.segments[i].n, frames(wanted_ms[i]));
    timeline_free(&t);
}
END_TEST

START_TEST(two_encoders_as_fast_as_a_viewer_stay_ahead_of_the_viewer)
{
    struct timeline t = plan(&(struct timeline_input){.seconds = 120}, 1);
    double free_at[2] = {0}, begins = 0;

    for (int i = 0; i < t.n_segments; i++) {
        int encoder = free_at[1] < free_at[0];

        free_at[encoder] += t.segments[i].n / 30.0;
        if (i == 1)
            begins = free_at[0] > free_at[1] ? free_at[0] : free_at[1]; /* a second is encoded */
        else if (i > 1)
            ck_assert_double_le(free_at[encoder], begins + t.segments[i].first / 30.0 + 1e-6);
    }
    timeline_free(&t);
}
END_TEST

START_TEST(the_last_segment_of_a_body_is_not_tiny)
{
    for (int n = 30; n < 900; n++) {
        struct timeline t = plan(&(struct timeline_input){.seconds = n / 30.0}, 1);

        for (int i = 0; i < t.n_segments; i++)
            ck_assert_int_ge(t.segments[i].n, 7);
        timeline_free(&t);
    }
}
END_TEST

START_TEST(the_rules_hold_for_two_hundred_scenes_of_every_kind)
{
    enum { N = 200 };
    struct timeline_input inputs[N] = {{0}};
    struct timeline t;

    static const int rates[] = {24, 25, 30, 48, 50, 60};

    for (int round = 0; round < 60; round++) {
        fps = rates[round % 6];
        srand((unsigned)round + 1);
        for (int i = 0; i < N; i++) {
            inputs[i].seconds = rand() % 3 ? 0 : rand() % 2000 / 100.0;
            inputs[i].sound_samples = rand() % 2 ? 0 : rand() % 700000;
            inputs[i].transition = (enum case_transition)(rand() % N_CASE_TRANSITIONS);
        }
        t = plan(inputs, N);
        ck_assert_int_eq(t.fps * t.frame_samples, TIMELINE_RATE);
        check_rules(inputs, &t);
        timeline_free(&t);
    }
}
END_TEST

START_TEST(more_than_two_hours_are_refused_with_the_scene_that_exceeds_them)
{
    struct timeline_input inputs[20] = {{0}};
    struct timeline t;
    struct error err;

    for (int i = 0; i < 20; i++)
        inputs[i].seconds = 600;
    ck_assert_int_eq(timeline_plan(inputs, 20, 30, &t, &err), -ERR_INPUT);
    ck_assert_str_eq(
        err.text, "the video would be longer than 120 minutes: scene 13 of 20 ends after that");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timeline");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_add_test(tc, a_scene_without_sound_or_seconds_lasts_four_seconds);
    tcase_add_test(tc, a_narrated_scene_lasts_lead_sound_and_tail);
    tcase_add_test(tc, seconds_lengthen_a_scene_and_never_cut_its_narration);
    tcase_add_test(tc, a_fraction_of_a_second_is_rounded_up_to_frames_but_not_by_a_rounding_error);
    tcase_add_test(tc, neighbours_share_a_transition_of_24_frames_that_counts_once);
    tcase_add_test(tc, a_scene_of_one_frame_becomes_long_enough_for_its_transitions);
    tcase_add_test(tc, a_transition_lasts_as_long_at_every_rate_and_a_cut_has_no_frames);
    tcase_add_test(tc, a_video_begins_with_short_segments_that_grow);
    tcase_add_test(tc, two_encoders_as_fast_as_a_viewer_stay_ahead_of_the_viewer);
    tcase_add_test(tc, the_last_segment_of_a_body_is_not_tiny);
    tcase_add_test(tc, the_rules_hold_for_two_hundred_scenes_of_every_kind);
    tcase_add_test(tc, more_than_two_hours_are_refused_with_the_scene_that_exceeds_them);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
