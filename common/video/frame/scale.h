/* scale.h - pictures made larger, smaller, and right in their colours.  Any thread.
 *
 * Once a picture; what is done for every frame is zoom.h's. */
#pragma once

#include "base/error.h"
#include "video/frame/planes.h"
#include "video/frame/yuv.h"

/* What is under a window of `src`, scaled to all of `dst`, in our colours.  Where samples of 16
 * bits become 8, what is lost is spread over the neighbours: the same everywhere and every time. */
int scale_window(
    const struct planes *src, const struct window *window, struct yuv *dst, struct error *err);

/* The same to planes of PLANES_CANVAS. */
int scale_to_planes(
    const struct planes *src, const struct window *window, struct planes *dst, struct error *err);

/* All of `src` in the colours of a JPEG (BT.601, full range, chroma in the middle) and the size of
 * `dst`. */
int scale_to_jpeg(const struct yuv *src, struct yuv *dst, struct error *err);
