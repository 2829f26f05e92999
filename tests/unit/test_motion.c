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

int main(void)
{
    Suite *suite = suite_create("motion");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_window_never_leaves_its_canvas_and_keeps_its_proportions);
    tcase_add_test(tc, every_scene_moves_and_neighbours_move_differently);
    tcase_add_test(tc, a_move_starts_and_ends_gently);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
