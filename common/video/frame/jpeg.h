/* jpeg.h - a frame as a JPEG file.  Any thread. */
#pragma once

#include "base/buf.h"
#include "video/frame/yuv.h"

/* Appends `yuv` as a JPEG to `out`, scaled to `width` pixels (even) and the height that keeps its
 * proportions, rounded to even.  On failure `out` is unchanged.
 * -ERR_LIMIT: no memory.  -ERR_LIBRARY: libavcodec or zimg failed. */
int jpeg_write(const struct yuv *yuv, int width, struct buf *out, struct error *err);
