/* zoom.h - scales the part of a picture under a window to a frame.  It runs once or twice for every
 * frame of a video, so it has to be fast.
 *
 * Separable, with four taps of the filter of Mitchell and Netravali (1988) at fractions of a pixel.
 * Four taps are enough while a window is at most ZOOM_RATIO_MAX times as large as the frame;
 * scale.h makes pictures small enough once.  The vector kernels give the same bytes as the plain
 * ones.
 *
 * Thread-safety: one thread at a time for each `struct zoom`. */
#pragma once

#include "video/frame/yuv.h"

#define ZOOM_RATIO_MAX 1.5 /* of the window to the frame, in each direction */

struct zoom; /* tables and a few rows, kept from frame to frame */

struct zoom_kernels;

/* For frames of width × height pixels, even.  `kernels` stays the caller's; NULL: the fastest that
 * this processor runs.  NULL: no memory.  The caller frees it. */
struct zoom *zoom_new(int width, int height, const struct zoom_kernels *kernels);
void zoom_free(struct zoom *zoom); /* takes NULL */

/* Draw the part of `src` under `window` into `dst`, blended with what `dst` holds: `share` 0 keeps
 * all of that, ZOOM_ALL replaces it.  The window lies within `src`; `dst` has the size given to
 * zoom_new(); both chroma planes of `src` have one stride. */
enum { ZOOM_ALL = 256 };
void zoom_run(struct zoom *zoom, const struct yuv *src, const struct window *window, int share,
    struct yuv *dst);
