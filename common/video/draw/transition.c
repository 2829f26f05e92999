/* transition.c - see transition.h.  Each works within the frame, row by row. */
#include "video/draw/transition.h"

#include <assert.h>
#include <string.h>

/* The edge of a wipe is a ramp, an eighth of the width: a hard one would jump from frame to frame.
 */
enum { WIPE_EDGE = 8 };

static double ease(double time)
{
    return time * time * (3 - 2 * time);
}

bool transition_shows_from(enum case_transition kind, double time)
{
    return kind != CASE_TRANSITION_BLACK || time < 0.5;
}

bool transition_shows_to(enum case_transition kind, double time)
{
    return kind != CASE_TRANSITION_BLACK || time >= 0.5;
}

int transition_fade_share(double time)
{
    return (int)(256 * ease(time < 1 ? time : 1) + 0.5);
}

/* --- through black --- */

static void dim_row(uint8_t *row, int n, int black, int light)
{
    for (int x = 0; x < n; x++)
        row[x] = (uint8_t)((row[x] * light + black * (256 - light) + 128) >> 8);
}

static void copy(const struct yuv *from, struct yuv *frame)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(frame, p); y++)
            memcpy(frame->data[p] + y * frame->stride[p], from->data[p] + y * from->stride[p],
                (size_t)yuv_plane_width(frame, p));
}

void transition_dim(struct yuv *frame, int light)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(frame, p); y++)
            dim_row(frame->data[p] + y * frame->stride[p], yuv_plane_width(frame, p), p ? 128 : 16,
                light);
}

/* --- slide --- */

/* Pushed to the left by whole pairs of pixels: chroma has one sample for two. */
static void slide(struct yuv *frame, const struct yuv *to, double share)
{
    int pairs = (int)(frame->width / 2 * share + 0.5);

    for (int p = 0; p < 3; p++) {
        size_t width = (size_t)yuv_plane_width(frame, p), gone = (size_t)(p ? pairs : 2 * pairs);

        for (int y = 0; y < yuv_plane_height(frame, p); y++) {
            uint8_t *row = frame->data[p] + y * frame->stride[p];

            memmove(row, row + gone, width - gone);
            memcpy(row + width - gone, to->data[p] + y * to->stride[p], gone);
        }
    }
}

/* --- wipe --- */

/* From `at` on, `n` samples go over from the new to the old. */
static void ramp_row(uint8_t *row, const uint8_t *to, int at, int n, int width)
{
    int from = at > 0 ? at : 0, until = at + n < width ? at + n : width;
    int step = (256 << 8) / n;

    for (int x = from; x < until; x++) {
        int share = 256 - ((2 * (x - at) + 1) * step >> 9);

        row[x] = (uint8_t)((row[x] * (256 - share) + to[x] * share + 128) >> 8);
    }
}

/* Uncovered from the left. */
static void wipe(struct yuv *frame, const struct yuv *to, double share)
{
    for (int p = 0; p < 3; p++) {
        int width = yuv_plane_width(frame, p), edge = width / WIPE_EDGE;
        int at = (int)((width + edge) * share + 0.5) - edge;

        for (int y = 0; y < yuv_plane_height(frame, p); y++) {
            uint8_t *row = frame->data[p] + y * frame->stride[p];
            const uint8_t *new = to->data[p] + y * to->stride[p];

            if (at > 0)
                memcpy(row, new, (size_t)at);
            ramp_row(row, new, at, edge, width);
        }
    }
}

void transition_draw(
    enum case_transition kind, double time, struct yuv *frame, const struct yuv *to)
{
    assert(frame->width == to->width && frame->height == to->height);
    if (kind == CASE_TRANSITION_BLACK) {
        if (!transition_shows_from(kind, time))
            copy(to, frame);
        transition_dim(frame, (int)(256 * ease(time < 0.5 ? 1 - 2 * time : 2 * time - 1) + 0.5));
    } else if (kind == CASE_TRANSITION_SLIDE) {
        slide(frame, to, ease(time));
    } else if (kind == CASE_TRANSITION_WIPE) {
        wipe(frame, to, ease(time));
    }
}
