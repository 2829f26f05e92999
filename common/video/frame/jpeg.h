/* jpeg.h - a frame as a JPEG, for thumbnails.  Any thread. */
#pragma once

#include "base/buf.h"
#include "video/frame/yuv.h"

/* Appends to `out` the picture, scaled to `width` and the height that belongs to it. */
int jpeg_write(const struct yuv *yuv, int width, struct buf *out, struct error *err);
