/* test_transition.c - transitions, and pictures in a frame of other proportions: transition.h and
 * fit.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/beneath.h"
#include "media.h"
#include "video/draw/transition.h"
#include "video/draw/zoom.h"
#include "video/picture/picture.h"
#include "video/plan/motion.h"

enum { WIDTH = 640, HEIGHT = 360 };

static struct error err;

static struct yuv flat(int luma, int chroma)
{
    struct yuv yuv;

    ck_assert_int_eq(yuv_alloc(&yuv, WIDTH, HEIGHT, &err), 0);
    for (int p = 0; p < 3; p++)
        memset(yuv.data[p], p ? chroma : luma, (size_t)(yuv.stride[p] * yuv_plane_height(&yuv, p)));
    return yuv;
}

static int at(const struct yuv *yuv, int plane, int x, int y)
{
    return yuv->data[plane][y * yuv->stride[plane] + x];
}

static const enum case_transition kinds[] = {
    CASE_TRANSITION_BLACK, CASE_TRANSITION_SLIDE, CASE_TRANSITION_WIPE};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* The frame at `time`, from one flat picture to another. */
static struct yuv drawn(enum case_transition kind, double time)
{
    struct yuv frame = flat(200, 90), to = flat(60, 160);

    transition_draw(kind, time, &frame, &to);
    yuv_free(&to);
    return frame;
}

/* How many samples of all planes differ from the flat picture of these values. */
static int count_others(const struct yuv *yuv, int luma, int chroma)
{
    int n = 0;

    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(yuv, p); y++)
            for (int x = 0; x < yuv_plane_width(yuv, p); x++)
                n += at(yuv, p, x, y) != (p ? chroma : luma);
    return n;
}

START_TEST(a_transition_begins_with_the_old_picture_and_ends_with_the_new)
{
    struct yuv start = drawn(kinds[_i], 0), end = drawn(kinds[_i], 1);

    ck_assert_int_eq(count_others(&start, 200, 90), 0);
    ck_assert_int_eq(count_others(&end, 60, 160), 0);
    yuv_free(&start);
    yuv_free(&end);
}
END_TEST

START_TEST(the_new_picture_only_ever_gains_and_no_step_is_large)
{
    double was = 200;

    for (int i = 0; i <= 100; i++) {
        struct yuv frame = drawn(kinds[_i], i / 100.0);
        double sum = 0;

        for (int x = 0; x < WIDTH; x++)
            sum += at(&frame, 0, x, i * (HEIGHT - 1) / 100);
        sum /= WIDTH;
        if (kinds[_i] != CASE_TRANSITION_BLACK)
            ck_assert(sum <= was + 0.51 && sum > was - 4);
        was = sum;
        yuv_free(&frame);
    }
    ck_assert_double_eq_tol(was, 60, 0.01);
}
END_TEST

START_TEST(a_cross_fade_eases_from_none_of_the_new_picture_to_all_of_it)
{
    ck_assert_int_eq(transition_fade_share(0), 0);
    ck_assert_int_eq(transition_fade_share(0.5), ZOOM_ALL / 2);
    ck_assert_int_eq(transition_fade_share(1), ZOOM_ALL);
    for (int i = 1; i <= 100; i++) {
        int step = transition_fade_share(i / 100.0) - transition_fade_share((i - 1) / 100.0);

        ck_assert(step >= 0 && step <= 4);
    }
}
END_TEST

START_TEST(through_black_one_picture_is_seen_at_a_time_and_the_middle_is_black)
{
    struct yuv frame = drawn(CASE_TRANSITION_BLACK, 0.5);

    ck_assert_int_eq(at(&frame, 0, 9, 9), 16);
    ck_assert_int_eq(at(&frame, 1, 9, 9), 128);
    yuv_free(&frame);
    ck_assert(transition_shows_from(CASE_TRANSITION_BLACK, 0.4));
    ck_assert(!transition_shows_to(CASE_TRANSITION_BLACK, 0.4));
    ck_assert(!transition_shows_from(CASE_TRANSITION_BLACK, 0.6));
    ck_assert(transition_shows_from(CASE_TRANSITION_WIPE, 0.6));
}
END_TEST

START_TEST(a_slide_moves_luma_and_chroma_together)
{
    for (int i = 0; i <= 20; i++) {
        struct yuv frame = drawn(CASE_TRANSITION_SLIDE, i / 20.0);

        for (int x = 0; x < WIDTH; x++)
            ck_assert((at(&frame, 0, x, 7) == 60) == (at(&frame, 1, x / 2, 3) == 160));
        yuv_free(&frame);
    }
}
END_TEST

START_TEST(a_wipe_has_a_soft_edge)
{
    struct yuv frame = drawn(CASE_TRANSITION_WIPE, 0.5);

    ck_assert_int_eq(at(&frame, 0, 0, 0), 60);
    ck_assert_int_eq(at(&frame, 0, WIDTH - 1, 0), 200);
    for (int x = 1; x < WIDTH; x++)
        ck_assert(abs(at(&frame, 0, x, 0) - at(&frame, 0, x - 1, 0)) <= 4);
    yuv_free(&frame);
}
END_TEST

/* --- fit --- */

static char *folder;
static int root_fd;

static void set_up(void)
{
    folder = media_folder();
    ck_assert_int_eq(beneath_root(folder, &root_fd, &err), 0);
    media_picture(folder, "tall.png", "png", "rgb24", 200, 800);
    media_picture(folder, "wide.png", "png", "rgb24", 1000, 100);
    media_picture(folder, "near.png", "png", "rgb24", 645, 360);
}

static void tear_down(void)
{
    media_folder_remove(folder);
}

static struct yuv loaded(const char *name, struct fit *fit)
{
    struct yuv yuv;

    ck_assert_msg(
        picture_load(root_fd, name, WIDTH, HEIGHT, fit, &yuv, NULL, &err) == 0, "%s", err.text);
    return yuv;
}

START_TEST(a_crop_holds_the_focus_and_says_where_it_lies)
{
    /* The picture's left half is red above and blue below. */
    struct fit above = {.focus_x = 0.2, .focus_y = 0.02}, below = {.focus_x = 0.2, .focus_y = 0.98};
    struct yuv a = loaded("tall.png", &above), b = loaded("tall.png", &below);

    ck_assert_int_le(abs(at(&a, 0, 100, 100) - 63), 5);
    ck_assert_int_le(abs(at(&b, 0, 100, 260) - 32), 5);
    ck_assert_double_eq_tol(above.focus_x, 0.2, 0.001);
    ck_assert_double_eq_tol(above.focus_y, 16 / 112.5, 0.001);
    ck_assert_double_eq_tol(below.focus_y, 1 - 16 / 112.5, 0.001);
    yuv_free(&a);
    yuv_free(&b);
}
END_TEST

START_TEST(blur_shows_the_whole_picture_sharp_over_a_darker_copy)
{
    static const char *const names[] = {"tall.png", "wide.png"};
    struct fit fit = {.kind = CASE_FIT_BLUR, .focus_x = 0, .focus_y = 0};
    struct yuv yuv = loaded(names[_i], &fit);
    int half_w = _i ? 280 : 35, half_h = _i ? 23 : 155;
    const int corners[] = {63, 173, 32, 235};

    ck_assert_int_eq(fit.kind, CASE_FIT_BLUR);
    ck_assert_double_eq(fit.focus_x, 0.5);
    for (int i = 0; i < 4; i++) {
        int x = WIDTH / 2 + (i % 2 ? half_w : -half_w), y = HEIGHT / 2 + (i / 2 ? half_h : -half_h);

        ck_assert_int_le(abs(at(&yuv, 0, x, y) - corners[i]), 5);
    }
    /* The picture's lower right is white; the copy behind it is darker. */
    ck_assert_int_lt(at(&yuv, 0, WIDTH - 1, HEIGHT - 1), 180);
    ck_assert_int_gt(at(&yuv, 0, WIDTH - 1, HEIGHT - 1), 60);
    yuv_free(&yuv);
}
END_TEST

START_TEST(a_picture_of_nearly_the_right_proportions_just_fills_the_frame)
{
    struct fit fit = {.kind = CASE_FIT_BLUR, .focus_x = -1, .focus_y = -1};
    struct yuv yuv = loaded("near.png", &fit);

    ck_assert_int_eq(fit.kind, CASE_FIT_CROP);
    ck_assert_int_le(abs(at(&yuv, 0, 0, 0) - 63), 5);
    ck_assert_int_le(abs(at(&yuv, 0, WIDTH - 1, HEIGHT - 1) - 235), 5);
    yuv_free(&yuv);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transition");
    TCase *tc = tcase_create("transition"), *fit = tcase_create("fit");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_loop_test(
        tc, a_transition_begins_with_the_old_picture_and_ends_with_the_new, 0, N_KINDS);
    tcase_add_loop_test(tc, the_new_picture_only_ever_gains_and_no_step_is_large, 0, N_KINDS);
    tcase_add_test(tc, a_cross_fade_eases_from_none_of_the_new_picture_to_all_of_it);
    tcase_add_test(tc, through_black_one_picture_is_seen_at_a_time_and_the_middle_is_black);
    tcase_add_test(tc, a_slide_moves_luma_and_chroma_together);
    tcase_add_test(tc, a_wipe_has_a_soft_edge);
    suite_add_tcase(suite, fit);
    tcase_add_checked_fixture(fit, set_up, tear_down);
    tcase_add_test(fit, a_crop_holds_the_focus_and_says_where_it_lies);
    tcase_add_loop_test(fit, blur_shows_the_whole_picture_sharp_over_a_darker_copy, 0, 2);
    tcase_add_test(fit, a_picture_of_nearly_the_right_proportions_just_fills_the_frame);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
