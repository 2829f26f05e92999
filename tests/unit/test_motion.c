/* test_motion.c - the camera's moves, and that frames follow them to a fraction of a pixel:
 * motion.h, scale.h. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "video/motion.h"

enum { WIDTH = 2496, HEIGHT = 1404 };

START_TEST(a_window_never_leaves_its_canvas_and_keeps_its_proportions)
{
    for (int index = 0; index < 20; index++)
        for (int i = 0; i <= 100; i++) {
            struct window w = motion_window(index, i / 100.0, WIDTH, HEIGHT);

            ck_assert(w.x >= 0 && w.y >= 0);
            ck_assert(w.x + w.width <= WIDTH + 1e-9 && w.y + w.height <= HEIGHT + 1e-9);
            ck_assert_double_eq_tol(w.width / w.height, (double)WIDTH / HEIGHT, 1e-9);
            ck_assert(w.width / 1920 <= MOTION_CANVAS + 1e-9 && w.width / 1920 >= 1);
        }
}
END_TEST

START_TEST(every_scene_moves_and_neighbours_move_differently)
{
    for (int index = 0; index < 20; index++) {
        struct window a = motion_window(index, 0, WIDTH, HEIGHT),
                      b = motion_window(index, 1, WIDTH, HEIGHT);
        struct window c = motion_window(index + 1, 0, WIDTH, HEIGHT),
                      d = motion_window(index + 1, 1, WIDTH, HEIGHT);
        double zoom = b.width - a.width, next_zoom = d.width - c.width;

        ck_assert(fabs(zoom) + fabs(b.x - a.x) + fabs(b.y - a.y) > 100);
        ck_assert(
            fabs(zoom - next_zoom) + fabs(b.x - a.x - (d.x - c.x)) + fabs(b.y - a.y - (d.y - c.y)) >
            100);
    }
}
END_TEST

START_TEST(a_move_starts_and_ends_gently)
{
    for (int index = 0; index < 8; index++) {
        double step[3];

        for (int k = 0; k < 3; k++) {
            struct window a = motion_window(index, k * 0.49, WIDTH, HEIGHT);
            struct window b = motion_window(index, k * 0.49 + 0.02, WIDTH, HEIGHT);

            step[k] = fabs(b.x - a.x) + fabs(b.y - a.y) + fabs(b.width - a.width);
        }
        ck_assert_double_lt(step[0], step[1] / 3);
        ck_assert_double_lt(step[2], step[1] / 3);
    }
}
END_TEST

/* A soft bright spot at `x`, `y` of a dark picture. */
static void draw_spot(struct yuv *yuv, double x, double y)
{
    for (int j = 0; j < yuv->height; j++)
        for (int i = 0; i < yuv->width; i++) {
            double d = (i + 0.5 - x) * (i + 0.5 - x) + (j + 0.5 - y) * (j + 0.5 - y);

            yuv->data[0][j * yuv->stride[0] + i] = (uint8_t)(16 + 200 * exp(-d / 200));
        }
    for (int p = 1; p < 3; p++)
        for (int j = 0; j < yuv->height / 2; j++)
            for (int i = 0; i < yuv->width / 2; i++)
                yuv->data[p][j * yuv->stride[p] + i] = 128;
}

static void find_spot(const struct yuv *yuv, double *ret_x, double *ret_y)
{
    double sum = 0, x = 0, y = 0;

    for (int j = 0; j < yuv->height; j++)
        for (int i = 0; i < yuv->width; i++) {
            double v = yuv->data[0][j * yuv->stride[0] + i] - 16;

            sum += v;
            x += v * (i + 0.5);
            y += v * (j + 0.5);
        }
    *ret_x = x / sum;
    *ret_y = y / sum;
}

START_TEST(a_mark_on_the_picture_moves_as_planned_to_two_hundredths_of_a_pixel)
{
    struct yuv canvas, frame;
    struct error err;
    double square = 0, was_x = 0, was_y = 0;
    int n = 60;

    ck_assert_int_eq(yuv_alloc(&canvas, WIDTH / 4 * 2, HEIGHT / 4 * 2, &err), 0);
    ck_assert_int_eq(yuv_alloc(&frame, 960, 540, &err), 0);
    draw_spot(&canvas, 500.3, 300.7);
    for (int i = 0; i < n; i++) {
        struct window w = motion_window(_i, (i + 0.5) / n, canvas.width, canvas.height);
        double x, y, want_x = (500.3 - w.x) * 960 / w.width,
                     want_y = (300.7 - w.y) * 540 / w.height;

        ck_assert_int_eq(scale_window(&canvas, &w, &frame, &err), 0);
        find_spot(&frame, &x, &y);
        ck_assert_double_eq_tol(x, want_x, 0.1);
        ck_assert_double_eq_tol(y, want_y, 0.1);
        /* Shake: how unevenly it steps, not where it is. */
        if (i > 0)
            square += pow(x - want_x - was_x, 2) + pow(y - want_y - was_y, 2);
        was_x = x - want_x;
        was_y = y - want_y;
    }
    ck_assert_double_le(sqrt(square / (n - 1)), 0.02);
    yuv_free(&canvas);
    yuv_free(&frame);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("motion");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 100);
    tcase_add_test(tc, a_window_never_leaves_its_canvas_and_keeps_its_proportions);
    tcase_add_test(tc, every_scene_moves_and_neighbours_move_differently);
    tcase_add_test(tc, a_move_starts_and_ends_gently);
    tcase_add_loop_test(
        tc, a_mark_on_the_picture_moves_as_planned_to_two_hundredths_of_a_pixel, 0, 4);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
