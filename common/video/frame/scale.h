/* scale.h - scales pictures and converts their colours, with zimg.  Any thread; nothing is kept
 * between calls.
 *
 * Each picture is scaled once; draw/zoom.h scales each frame.
 *
 * All functions: `dst` is allocated by the caller and wholly written; -ERR_LIMIT: no memory;
 * -ERR_LIBRARY: zimg failed. */
#pragma once

#include "base/error.h"
#include "video/frame/planes.h"
#include "video/frame/yuv.h"

/* Scales the part of `src` inside `window` (in pixels of `src`) to all of `dst`, in the colours of
 * yuv.h.  Samples of 16 bits are dithered to 8 with zimg's fixed noise: equal input gives equal
 * output. */
int scale_window(
    const struct planes *src, const struct window *window, struct yuv *dst, struct error *err);

/* As scale_window(), to the kind and depth of `dst`. */
int scale_to_planes(
    const struct planes *src, const struct window *window, struct planes *dst, struct error *err);

/* Scales `src` to the size of `dst`, in the colours of a JPEG (YCbCr BT.601, full range, chroma
 * sited in the centre).  Where the proportions differ, the sides that stick out are cropped. */
int scale_to_jpeg(const struct yuv *src, struct yuv *dst, struct error *err);
