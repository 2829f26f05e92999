/* jpeg.h - a frame as a JPEG file.  Any thread. */
#pragma once

#include "base/buf.h"
#include "video/frame/yuv.h"

/* libavcodec's quantizer, 2 (best) to 31. */
enum jpeg_quality {
    JPEG_FINE = 2,  /* to judge a frame by */
    JPEG_SMALL = 4, /* to be shown small, or before the video plays */
};

/* Appends `yuv` as a JPEG to `out`, scaled to `width` pixels (even) and the height that keeps its
 * proportions, rounded to even.  On failure `out` is unchanged.
 * -ERR_LIMIT: no memory.  -ERR_LIBRARY: libavcodec or zimg failed. */
int jpeg_write(const struct yuv *yuv, int width, enum jpeg_quality quality, struct buf *out,
    struct error *err);
