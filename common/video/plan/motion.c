/* motion.c - see motion.h. */
#include "video/plan/motion.h"

#include <math.h>

#include "base/number.h"

/* The canvas' size divided by the window's: where a zoom is closest, and all through a pan. */
#define ZOOM_NEAR 1.17
#define PAN_NEAR 1.14
#define PAN_NEAR_CALM 1.05
/* A shorter scene gets a shorter move, so that no move is fast. */
#define WHOLE_SECONDS 3.0
/* A pan begins and ends this far from its middle, as a share of the room beside the window: along
 * its direction, and across it (a little drift). */
#define PAN_HALF 0.45
#define PAN_DRIFT 0.05

/* The motions of scenes that name none, in turn; the second in and out have another focus. */
static const struct motion defaults[] = {
    {.kind = CASE_MOTION_IN, .focus_x = 0.5, .focus_y = 0.485},
    {.kind = CASE_MOTION_RIGHT, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_OUT, .focus_x = 0.5, .focus_y = 0.515},
    {.kind = CASE_MOTION_UP, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_IN, .focus_x = 0.456, .focus_y = 0.47},
    {.kind = CASE_MOTION_LEFT, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_OUT, .focus_x = 0.544, .focus_y = 0.53},
    {.kind = CASE_MOTION_DOWN, .focus_x = 0.5, .focus_y = 0.5},
};
enum { N_DEFAULTS = sizeof defaults / sizeof *defaults };

static const struct motion *motion_default(unsigned turn)
{
    return &defaults[turn % N_DEFAULTS];
}

void motion_choose(const struct case_record *record, struct motion *ret_motions)
{
    enum case_motion before = CASE_MOTION_CHOSEN;

    for (int i = 0; i < record->n_scenes; i++) {
        enum case_motion named = record->scenes[i].motion;
        enum case_motion next =
            i + 1 < record->n_scenes ? record->scenes[i + 1].motion : CASE_MOTION_CHOSEN;
        unsigned turn = (unsigned)i;

        while (motion_default(turn)->kind == before || motion_default(turn)->kind == next)
            turn++;
        ret_motions[i] = named == CASE_MOTION_CHOSEN
                             ? *motion_default(turn)
                             : (struct motion){.kind = named, .focus_x = 0.5, .focus_y = 0.5};
        before = ret_motions[i].kind;
    }
}

static double motion_between(double from, double to, double share)
{
    return from + (to - from) * share;
}

/* Where a window of 1 / zoom of the canvas has `focus` in its middle, or as near to that as it can:
 * 0 (at the left or top edge) … 1 (right or bottom). */
static double motion_place(double focus, double zoom)
{
    return number_clamp_real((focus - 0.5 / zoom) / (1 - 1 / zoom), 0, 1);
}

/* The share of the whole move that the scene has time for. */
static double motion_reach(const struct motion *motion)
{
    return number_clamp_real(motion->seconds / WHOLE_SECONDS, 0, 1);
}

/* The zoom changes exponentially: only that looks like an even speed. */
static struct window motion_zoom(const struct motion *motion, double share, int width, int height)
{
    double near = motion->is_calm ? 1 / MOTION_CALM_PART : ZOOM_NEAR;
    double most = log(near) * motion_reach(motion);
    double zoom = exp(motion->kind == CASE_MOTION_IN ? most * share : most * (1 - share));
    double place_x = motion->is_calm ? 0.5 : motion_place(motion->focus_x, near);
    double place_y = motion->is_calm ? 0.5 : motion_place(motion->focus_y, near);
    struct window window = {.width = width / zoom, .height = height / zoom};

    window.x = (width - window.width) * place_x;
    window.y = (height - window.height) * place_y;
    return window;
}

/* The window's place along one side, 0…1 as in motion_place(); `direction` is 1 (to the right,
 * down), -1, or 0 (drift). */
static double motion_pan_side(
    const struct motion *motion, double focus, double zoom, int direction, double share)
{
    double half = (direction ? PAN_HALF : PAN_DRIFT) * motion_reach(motion);
    double middle =
        motion->is_calm ? 0.5 : number_clamp_real(motion_place(focus, zoom), half, 1 - half);

    return middle + motion_between(-half, half, share) * (direction < 0 ? -1 : 1);
}

static struct window motion_pan(const struct motion *motion, double share, int width, int height)
{
    double zoom = motion->is_calm ? PAN_NEAR_CALM : PAN_NEAR;
    struct window window = {.width = width / zoom, .height = height / zoom};
    int across = (motion->kind == CASE_MOTION_RIGHT) - (motion->kind == CASE_MOTION_LEFT);
    int down = (motion->kind == CASE_MOTION_DOWN) - (motion->kind == CASE_MOTION_UP);

    window.x =
        (width - window.width) * motion_pan_side(motion, motion->focus_x, zoom, across, share);
    window.y =
        (height - window.height) * motion_pan_side(motion, motion->focus_y, zoom, down, share);
    return window;
}

struct window motion_window(const struct motion *motion, double time, int width, int height)
{
    double share = time * time * (3 - 2 * time); /* smoothstep: eases in and out */

    if (motion->kind == CASE_MOTION_STILL)
        return (struct window){.width = width, .height = height};
    if (motion->kind == CASE_MOTION_IN || motion->kind == CASE_MOTION_OUT)
        return motion_zoom(motion, share, width, height);
    return motion_pan(motion, share, width, height);
}
