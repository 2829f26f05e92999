/* zoom.h - the part of a picture under a window, scaled to a frame: once for every frame of a film,
 * so it has to be fast.
 *
 * Separable, four taps of Mitchell and Netravali's filter at fractions of a pixel.  A kernel that
 * long is right up to a ratio of about 1.5; pictures are made smaller to that once, by scale.h. The
 * vector kernels give the same bytes as the plain ones.  One thread at a time. */
#pragma once

#include "video/frame/yuv.h"

#define ZOOM_RATIO_MAX 1.5 /* of the window to the frame */

struct zoom; /* tables and a few rows, kept from frame to frame */

struct zoom_kernels;

/* For frames of width × height; `kernels` NULL: the fastest that this processor has.  NULL: no
 * memory. */
struct zoom *zoom_new(int width, int height, const struct zoom_kernels *kernels);
void zoom_free(struct zoom *zoom); /* takes NULL */

/* The window lies within `src`; `dst` has the size told to zoom_new().  What `dst` shows is faded
 * into what is drawn: `share` 0 would leave all of it, ZOOM_ALL leaves none. */
enum { ZOOM_ALL = 256 };
void zoom_run(struct zoom *zoom, const struct yuv *src, const struct window *window, int share,
    struct yuv *dst);
