/* test_motion.c - the camera's moves: motion.h. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "video/plan/motion.h"

enum { WIDTH = 2496, HEIGHT = 1404 };

static const double focuses[] = {0, 0.2, 0.45, 0.5, 0.52, 0.7, 1};
enum { N_FOCUSES = sizeof focuses / sizeof *focuses };

/* Motion `i` of N_MOTIONS: every kind, calm or not, with focuses everywhere, long and short. */
enum { N_MOTIONS = 7 * 2 * N_FOCUSES * 2 };
static struct motion motion_of(int i)
{
    return (struct motion){.kind = (enum case_motion)(CASE_MOTION_IN + i % 7),
        .is_calm = i / 7 % 2,
        .focus_x = focuses[i / 14 % N_FOCUSES],
        .focus_y = focuses[(i / 14 + 3) % N_FOCUSES],
        .seconds = i / 14 / N_FOCUSES ? 0.4 : 5};
}

static struct window at(const struct motion *motion, double time)
{
    return motion_window(motion, time, WIDTH, HEIGHT);
}

static void check_bounds(struct motion motion)
{
    for (int i = 0; i <= 100; i++) {
        struct window w = at(&motion, i / 100.0);

        ck_assert(w.x >= 0 && w.y >= 0);
        ck_assert(w.x + w.width <= WIDTH + 1e-9 && w.y + w.height <= HEIGHT + 1e-9);
        ck_assert_double_eq_tol(w.width / w.height, (double)WIDTH / HEIGHT, 1e-9);
        ck_assert(w.width / 1920 <= MOTION_CANVAS + 1e-9 && w.width / 1920 >= 1.1);
    }
}

START_TEST(a_window_never_leaves_its_canvas_and_keeps_its_proportions)
{
    for (int i = 0; i < N_MOTIONS; i++)
        check_bounds(motion_of(i));
}
END_TEST

static void check_calm(struct motion motion)
{
    double left = WIDTH * (1 - MOTION_CALM_PART) / 2, top = HEIGHT * (1 - MOTION_CALM_PART) / 2;

    motion.is_calm = true;
    for (int i = 0; i <= 100; i++) {
        struct window w = at(&motion, i / 100.0);

        ck_assert(w.x <= left + 1e-9 && w.x + w.width >= WIDTH - left - 1e-9);
        ck_assert(w.y <= top + 1e-9 && w.y + w.height >= HEIGHT - top - 1e-9);
    }
}

START_TEST(a_calm_move_keeps_the_whole_middle_part_in_the_frame)
{
    for (int i = 0; i < N_MOTIONS; i++)
        check_calm(motion_of(i));
}
END_TEST

/* From the middle of the window to the focus, pixels. */
static double distance(const struct motion *motion, double time)
{
    struct window w = at(motion, time);

    return hypot(
        w.x + w.width / 2 - motion->focus_x * WIDTH, w.y + w.height / 2 - motion->focus_y * HEIGHT);
}

START_TEST(in_moves_toward_the_focus_and_out_away_from_it)
{
    for (int k = 0; k < N_FOCUSES * N_FOCUSES; k++) {
        struct motion motion = {.kind = _i ? CASE_MOTION_OUT : CASE_MOTION_IN,
            .focus_x = focuses[k % N_FOCUSES],
            .focus_y = focuses[k / N_FOCUSES],
            .seconds = 5};
        double start = distance(&motion, 0), end = distance(&motion, 1);

        ck_assert(_i ? at(&motion, 1).width > at(&motion, 0).width
                     : at(&motion, 1).width < at(&motion, 0).width);
        if (motion.focus_x == 0.5 && motion.focus_y == 0.5)
            ck_assert(start < 1e-9 && end < 1e-9);
        else
            ck_assert(_i ? start < end : end < start);
    }
}
END_TEST

START_TEST(a_pan_moves_where_its_name_says_and_through_the_focus_if_the_picture_allows_it)
{
    static const struct {
        enum case_motion kind;
        int x, y;
    } pans[] = {{CASE_MOTION_LEFT, -1, 0}, {CASE_MOTION_RIGHT, 1, 0}, {CASE_MOTION_UP, 0, -1},
        {CASE_MOTION_DOWN, 0, 1}};
    struct motion motion = {.kind = pans[_i].kind, .focus_x = 0.49, .focus_y = 0.515, .seconds = 5};
    struct window a = at(&motion, 0), b = at(&motion, 1);
    double least = 1e9;

    ck_assert(pans[_i].x * (b.x - a.x) + pans[_i].y * (b.y - a.y) > 100);
    ck_assert(fabs(pans[_i].y * (b.x - a.x)) + fabs(pans[_i].x * (b.y - a.y)) < 40);
    for (int i = 0; i <= 1000; i++)
        least = fmin(least, distance(&motion, i / 1000.0));
    ck_assert_double_lt(least, 12);
}
END_TEST

static void check_way(struct motion motion)
{
    struct window a = at(&motion, 0), b = at(&motion, 1);
    double way = fabs(b.width - a.width) + fabs(b.x - a.x) + fabs(b.y - a.y);

    if (motion.kind == CASE_MOTION_STILL)
        ck_assert(way == 0 && a.width == WIDTH);
    else
        ck_assert(motion.seconds < 1 ? way > 5 && way < 120 : way > 50);
}

START_TEST(still_is_still_and_everything_else_moves)
{
    for (int i = 0; i < N_MOTIONS; i++)
        check_way(motion_of(i));
}
END_TEST

static void check_ease(struct motion motion)
{
    double step[3];

    for (int k = 0; k < 3; k++) {
        struct window a = at(&motion, k * 0.49), b = at(&motion, k * 0.49 + 0.02);

        step[k] = fabs(b.x - a.x) + fabs(b.y - a.y) + fabs(b.width - a.width);
    }
    if (motion.kind != CASE_MOTION_STILL) {
        ck_assert_double_lt(step[0], step[1] / 3);
        ck_assert_double_lt(step[2], step[1] / 3);
    }
}

START_TEST(a_move_starts_and_ends_gently)
{
    for (int i = 0; i < N_MOTIONS; i++)
        check_ease(motion_of(i));
}
END_TEST

START_TEST(named_moves_stay_and_chosen_ones_differ_from_both_neighbours)
{
    enum { N = 200 };
    struct scene scenes[N];
    struct case_record record = {CASE_DEFAULTS, .n_scenes = N, .scenes = scenes};
    struct motion motions[N];

    srand((unsigned)_i);
    for (int i = 0; i < N; i++)
        scenes[i] = (struct scene){
            SCENE_DEFAULTS, .motion = _i && rand() % 2 ? (enum case_motion)(rand() % 8) : 0};
    motion_choose(&record, motions);
    for (int i = 0; i < N; i++) {
        ck_assert_int_ne(motions[i].kind, CASE_MOTION_CHOSEN);
        if (scenes[i].motion != CASE_MOTION_CHOSEN) {
            ck_assert_int_eq(motions[i].kind, scenes[i].motion);
            continue;
        }
        if (i > 0)
            ck_assert_int_ne(motions[i].kind, motions[i - 1].kind);
        if (i + 1 < N)
            ck_assert_int_ne(motions[i].kind, motions[i + 1].kind);
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
    tcase_add_test(tc, a_calm_move_keeps_the_whole_middle_part_in_the_frame);
    tcase_add_loop_test(tc, in_moves_toward_the_focus_and_out_away_from_it, 0, 2);
    tcase_add_loop_test(
        tc, a_pan_moves_where_its_name_says_and_through_the_focus_if_the_picture_allows_it, 0, 4);
    tcase_add_test(tc, still_is_still_and_everything_else_moves);
    tcase_add_test(tc, a_move_starts_and_ends_gently);
    tcase_add_loop_test(tc, named_moves_stay_and_chosen_ones_differ_from_both_neighbours, 0, 10);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
