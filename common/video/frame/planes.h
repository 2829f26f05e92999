/* planes.h - a decoded picture in its own size: planar, upright, without alpha.  scale.h converts
 * it to the frame's size and colours.  A plain record: one thread at a time writes it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum planes_kind {
    PLANES_RGB,    /* sRGB, full range */
    PLANES_JPEG,   /* YCbCr BT.601, full range, chroma sited in the centre */
    PLANES_WEBP,   /* YCbCr BT.601, tv range, chroma sited in the centre */
    PLANES_CANVAS, /* YCbCr BT.709, tv range, chroma sited left, as in yuv.h */
};

struct planes {
    enum planes_kind kind;
    int width, height;   /* pixels of the picture, without padding */
    int sub_w, sub_h;    /* chroma subsampling as log2: 0 to 2 */
    int depth;           /* bits a sample: 8 (a byte), 16 (a uint16_t) */
    uint8_t *data[3];    /* rows are aligned, and padded to whole chroma samples, for zimg */
    ptrdiff_t stride[3]; /* bytes */
    void *memory;        /* freed by planes_free() */
};

/* Allocates the three planes; the caller has set kind, size, subsampling and depth, and calls
 * planes_free().  The samples are not set.  -ERR_LIMIT: no memory. */
int planes_alloc(struct planes *planes, struct error *err);
/* Frees the memory and zeroes the record.  Takes a zeroed one. */
void planes_free(struct planes *planes);

/* Samples a row, and rows, of plane 0, 1 or 2, without padding. */
int planes_plane_width(const struct planes *planes, int plane);
int planes_plane_height(const struct planes *planes, int plane);

/* Repeats the last column and row of a plane into its padding.  Called when all samples of the
 * plane are set, before scale.h reads them. */
void planes_pad(const struct planes *planes, int plane);
