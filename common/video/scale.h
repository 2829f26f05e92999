/* scale.h - pictures made larger, smaller, and right in their colours.  Any thread.
 *
 * Two jobs that look alike and are not: a picture is converted once (any layout, any size), and
 * then a window of it is scaled for every frame, at fractions of a pixel, which is where the time
 * goes. */
#pragma once

#include "base/error.h"
#include "video/planes.h"
#include "video/yuv.h"

struct window {
    double x, y, width, height; /* in luma pixels of the source */
};

/* Fill all of `dst` with the middle of `src`: cut off what sticks out, scale, convert to our
 * colours. */
int scale_fill(const struct planes *src, struct yuv *dst, struct error *err);

/* `dst` = the part of `src` under `window`, which lies within it. */
int scale_window(
    const struct yuv *src, const struct window *window, struct yuv *dst, struct error *err);

/* All of `src` in the colours of a JPEG (BT.601, full range, chroma in the middle) and the size of
 * `dst`. */
int scale_to_jpeg(const struct yuv *src, struct yuv *dst, struct error *err);
