/* transition.c - see transition.h.  Each kind works in place, row by row. */
#include "video/draw/transition.h"

#include <assert.h>
#include <string.h>

/* A wipe's edge is a ramp of an eighth of the width: a hard edge would jump from frame to frame. */
enum { WIPE_EDGE = 8 };

/* Slow at both ends: smoothstep, 3t² - 2t³. */
static double transition_ease(double time)
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
    return (int)(256 * transition_ease(time < 1 ? time : 1) + 0.5);
}

/* --- through black --- */

static void transition_dim_row(uint8_t *row, int n, int black, int brightness)
{
    for (int x = 0; x < n; x++)
        row[x] = (uint8_t)((row[x] * brightness + black * (256 - brightness) + 128) >> 8);
}

void transition_dim(struct yuv *frame, int brightness)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(frame, p); y++)
            transition_dim_row(frame->data[p] + y * frame->stride[p], yuv_plane_width(frame, p),
                p ? 128 : 16, brightness);
}

static void transition_copy(struct yuv *frame, const struct yuv *to)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(frame, p); y++)
            memcpy(frame->data[p] + y * frame->stride[p], to->data[p] + y * to->stride[p],
                (size_t)yuv_plane_width(frame, p));
}

static void transition_black(struct yuv *frame, const struct yuv *to, double time)
{
    double bright = time < 0.5 ? 1 - 2 * time : 2 * time - 1;

    if (!transition_shows_from(CASE_TRANSITION_BLACK, time))
        transition_copy(frame, to);
    transition_dim(frame, transition_fade_share(bright));
}

/* --- slide --- */

/* The new picture pushes the old one to the left, by whole pairs of pixels: a pair shares one
 * sample of chroma. */
static void transition_slide(struct yuv *frame, const struct yuv *to, double share)
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

/* The edge: `n` samples from `at` on go over from the new picture to the old. */
static void transition_ramp_row(uint8_t *row, const uint8_t *to, int at, int n, int width)
{
    int from = at > 0 ? at : 0, until = at + n < width ? at + n : width;
    int step = (256 << 8) / n;

    for (int x = from; x < until; x++) {
        int share = 256 - ((2 * (x - at) + 1) * step >> 9);

        row[x] = (uint8_t)((row[x] * (256 - share) + to[x] * share + 128) >> 8);
    }
}

/* The new picture is uncovered from the left. */
static void transition_wipe(struct yuv *frame, const struct yuv *to, double share)
{
    for (int p = 0; p < 3; p++) {
        int width = yuv_plane_width(frame, p), edge = width / WIPE_EDGE;
        int at = (int)((width + edge) * share + 0.5) - edge;

        for (int y = 0; y < yuv_plane_height(frame, p); y++) {
            uint8_t *row = frame->data[p] + y * frame->stride[p];
            const uint8_t *new = to->data[p] + y * to->stride[p];

            if (at > 0)
                memcpy(row, new, (size_t)at);
            transition_ramp_row(row, new, at, edge, width);
        }
    }
}

void transition_draw(
    enum case_transition kind, double time, struct yuv *frame, const struct yuv *to)
{
    assert(frame->width == to->width && frame->height == to->height);
    switch (kind) {
    case CASE_TRANSITION_BLACK:
        transition_black(frame, to, time);
        break;
    case CASE_TRANSITION_SLIDE:
        transition_slide(frame, to, transition_ease(time));
        break;
    case CASE_TRANSITION_WIPE:
        transition_wipe(frame, to, transition_ease(time));
        break;
    case CASE_TRANSITION_FADE:
    case CASE_TRANSITION_CUT:
        break;
    }
}
