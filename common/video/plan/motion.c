/* motion.c - see motion.h. */
#include "video/plan/motion.h"

#include <math.h>

#include "base/number.h"

/* How near a move goes, as shares of the canvas' size; and the time below which it goes less far,
 * so that it never hurries. */
#define NEAR_ZOOM 1.17
#define NEAR_PAN 1.14
#define CALM_PAN 1.05
#define WHOLE_SECONDS 3.0
/* How far from its middle a pan begins and ends, as a share of the room that there is. */
#define PAN_HALF 0.45
#define PAN_DRIFT 0.05

/* The moves of scenes that name none, one after the other; a second in or out goes elsewhere. */
static const struct motion chosen[] = {
    {.kind = CASE_MOTION_IN, .focus_x = 0.5, .focus_y = 0.485},
    {.kind = CASE_MOTION_RIGHT, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_OUT, .focus_x = 0.5, .focus_y = 0.515},
    {.kind = CASE_MOTION_UP, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_IN, .focus_x = 0.456, .focus_y = 0.47},
    {.kind = CASE_MOTION_LEFT, .focus_x = 0.5, .focus_y = 0.5},
    {.kind = CASE_MOTION_OUT, .focus_x = 0.544, .focus_y = 0.53},
    {.kind = CASE_MOTION_DOWN, .focus_x = 0.5, .focus_y = 0.5},
};
enum { N_CHOSEN = sizeof chosen / sizeof *chosen };

void motion_choose(const struct case_record *record, struct motion *ret_motions)
{
    enum case_motion before = CASE_MOTION_CHOSEN;

    for (int i = 0; i < record->n_scenes; i++) {
        enum case_motion named = record->scenes[i].motion;
        enum case_motion next =
            i + 1 < record->n_scenes ? record->scenes[i + 1].motion : CASE_MOTION_CHOSEN;
        unsigned turn = (unsigned)i;

        while (chosen[turn % N_CHOSEN].kind == before || chosen[turn % N_CHOSEN].kind == next)
            turn++;
        ret_motions[i] = named == CASE_MOTION_CHOSEN
                             ? chosen[turn % N_CHOSEN]
                             : (struct motion){.kind = named, .focus_x = 0.5, .focus_y = 0.5};
        before = ret_motions[i].kind;
    }
}

static double between(double from, double to, double share)
{
    return from + (to - from) * share;
}

/* Where in the room that a window of 1 / zoom has (0 left or top, 1 right or bottom) it must lie
 * to have `focus` in its middle, or as near to that as can be. */
static double place_for(double focus, double zoom)
{
    return number_clamp_real((focus - 0.5 / zoom) / (1 - 1 / zoom), 0, 1);
}

/* How much of its way a move goes. */
static double reach_of(const struct motion *motion)
{
    return number_clamp_real(motion->seconds / WHOLE_SECONDS, 0, 1);
}

/* Equal steps of the zoom's logarithm look like an even speed; equal steps of the zoom do not. */
static struct window zoomed(const struct motion *motion, double share, int width, int height)
{
    double near = motion->is_calm ? 1 / MOTION_CALM_PART : NEAR_ZOOM;
    double most = log(near) * reach_of(motion);
    double zoom = exp(motion->kind == CASE_MOTION_IN ? most * share : most * (1 - share));
    struct window window = {.width = width / zoom, .height = height / zoom};

    window.x = (width - window.width) * (motion->is_calm ? 0.5 : place_for(motion->focus_x, near));
    window.y =
        (height - window.height) * (motion->is_calm ? 0.5 : place_for(motion->focus_y, near));
    return window;
}

/* Along one side: `direction` is 1 (to the right, down), -1 or 0 (a little drift). */
static double panned(
    const struct motion *motion, double focus, double zoom, int direction, double share)
{
    double half = (direction ? PAN_HALF : PAN_DRIFT) * reach_of(motion);
    double middle =
        motion->is_calm ? 0.5 : number_clamp_real(place_for(focus, zoom), half, 1 - half);

    return middle + between(-half, half, share) * (direction < 0 ? -1 : 1);
}

static struct window pan(const struct motion *motion, double share, int width, int height)
{
    double zoom = motion->is_calm ? CALM_PAN : NEAR_PAN;
    struct window window = {.width = width / zoom, .height = height / zoom};
    int across = (motion->kind == CASE_MOTION_RIGHT) - (motion->kind == CASE_MOTION_LEFT);
    int down = (motion->kind == CASE_MOTION_DOWN) - (motion->kind == CASE_MOTION_UP);

    window.x = (width - window.width) * panned(motion, motion->focus_x, zoom, across, share);
    window.y = (height - window.height) * panned(motion, motion->focus_y, zoom, down, share);
    return window;
}

struct window motion_window(const struct motion *motion, double time, int width, int height)
{
    double share = time * time * (3 - 2 * time); /* eases in and out */

    if (motion->kind == CASE_MOTION_STILL)
        return (struct window){.width = width, .height = height};
    if (motion->kind == CASE_MOTION_IN || motion->kind == CASE_MOTION_OUT)
        return zoomed(motion, share, width, height);
    return pan(motion, share, width, height);
}
