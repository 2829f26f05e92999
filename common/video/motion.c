/* motion.c - see motion.h. */
#include "video/motion.h"

#include <math.h>

struct move {
    double zoom_from, zoom_to;
    /* Where the window lies in the room it has: 0 left or top, 1 right or bottom. */
    double x_from, y_from, x_to, y_to;
};

static const struct move moves[] = {
    {1.00, 1.17, 0.50, 0.40, 0.50, 0.40}, /* in */
    {1.14, 1.14, 0.05, 0.45, 0.95, 0.55}, /* to the right */
    {1.17, 1.00, 0.50, 0.60, 0.50, 0.60}, /* out */
    {1.14, 1.14, 0.50, 0.95, 0.50, 0.05}, /* up */
    {1.02, 1.17, 0.20, 0.30, 0.20, 0.30}, /* into a corner */
    {1.14, 1.14, 0.95, 0.55, 0.05, 0.45}, /* to the left */
    {1.17, 1.02, 0.80, 0.70, 0.80, 0.70}, /* out of the other corner */
    {1.14, 1.14, 0.50, 0.05, 0.50, 0.95}, /* down */
};

static double between(double from, double to, double share)
{
    return from + (to - from) * share;
}

struct window motion_window(int index, double time, int width, int height)
{
    const struct move *move = &moves[(unsigned)index % (sizeof moves / sizeof *moves)];
    double share = time * time * (3 - 2 * time); /* eases in and out */
    /* Equal steps of the zoom's logarithm look like an even speed; equal steps of the zoom do not.
     */
    double zoom = exp(between(log(move->zoom_from), log(move->zoom_to), share));
    struct window window = {.width = width / zoom, .height = height / zoom};

    window.x = between(move->x_from, move->x_to, share) * (width - window.width);
    window.y = between(move->y_from, move->y_to, share) * (height - window.height);
    return window;
}
