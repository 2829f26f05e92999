/* yuv.h - a picture as everything in this room works on it: planar 4:2:0, 8 bits, BT.709, tv range
 * (black 16, white 235), chroma sited left.  A plain record; one thread at a time writes it.
 *
 * Room: a frame in planes: scaled, written as JPEG, seen by libav.
 * May use: base, video/libav.
 * Used by: video/deliver, video/draw, video/encode, video/film, video/picture, video/plan. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { YUV_ALIGN = 64 };

/* A part of a picture, in luma pixels and fractions of them. */
struct window {
    double x, y, width, height;
};

struct yuv {
    int width, height;   /* pixels, even */
    uint8_t *data[3];    /* Y, U, V; every row starts at a multiple of YUV_ALIGN … */
    ptrdiff_t stride[3]; /* … and may be read and written up to the next one */
    void *memory;        /* what yuv_free() frees; NULL: somebody else's */
};

/* The content is not set.  -ERR_LIMIT: no memory for it. */
int yuv_alloc(struct yuv *ret_yuv, int width, int height, struct error *err);
void yuv_free(struct yuv *yuv); /* leaves an empty one */

static inline int yuv_plane_width(const struct yuv *yuv, int plane)
{
    return plane ? yuv->width / 2 : yuv->width;
}

static inline int yuv_plane_height(const struct yuv *yuv, int plane)
{
    return plane ? yuv->height / 2 : yuv->height;
}
