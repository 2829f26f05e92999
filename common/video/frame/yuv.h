/* yuv.h - a frame as the drawing code and the encoder use it: planar YCbCr 4:2:0, 8 bits, BT.709,
 * tv range (black 16, white 235), chroma sited left.  A plain record: one thread at a time writes
 * it.
 *
 * Room: a frame in planes: scaled, written as JPEG, seen by libav.
 * May use: base, video/libav.
 * Used by: video, video/canary, video/deliver, video/draw, video/encode, video/film, video/media,
 *     video/picture, video/plan. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { YUV_ALIGN = 64 };

/* A part of a picture, in luma pixels; fractions of a pixel count. */
struct window {
    double x, y, width, height;
};

struct yuv {
    int width, height;   /* pixels, even */
    uint8_t *data[3];    /* Y, U, V; every row starts at a multiple of YUV_ALIGN bytes */
    ptrdiff_t stride[3]; /* bytes; a row's padding may be read and written */
    void *memory;        /* freed by yuv_free(); NULL: the planes are someone else's (yuv_view.h) */
};

/* Allocates a frame of width × height pixels, both even; the caller frees it with yuv_free().  The
 * samples are not set.  -ERR_LIMIT: no memory. */
int yuv_alloc(struct yuv *ret_yuv, int width, int height, struct error *err);
/* Frees the memory, if the record owns it, and zeroes the record.  Takes a zeroed one. */
void yuv_free(struct yuv *yuv);

/* Samples a row, and rows, of plane 0 (Y), 1 (U) or 2 (V). */
static inline int yuv_plane_width(const struct yuv *yuv, int plane)
{
    return plane ? yuv->width / 2 : yuv->width;
}

static inline int yuv_plane_height(const struct yuv *yuv, int plane)
{
    return plane ? yuv->height / 2 : yuv->height;
}
