/* planes.h - a picture made plain: planar, upright, no alpha.  Still in its own size; zimg does the
 * rest (scale.h).  Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum planes_kind {
    PLANES_RGB,    /* sRGB, full range */
    PLANES_JPEG,   /* YCbCr of BT.601, full range, chroma in the middle */
    PLANES_WEBP,   /* the same in tv range */
    PLANES_CANVAS, /* BT.709, tv range, chroma left, as in yuv.h */
};

struct planes {
    enum planes_kind kind;
    int width, height;   /* pixels that are picture */
    int sub_w, sub_h;    /* log2, 0 to 2: how much smaller planes 1 and 2 are */
    int depth;           /* 8: a byte a sample; 16: a uint16_t */
    uint8_t *data[3];    /* rows aligned and padded to whole chroma samples as zimg wants them */
    ptrdiff_t stride[3]; /* bytes */
    void *memory;        /* what planes_free() frees */
};

/* Memory for what `planes` says it is; the samples are not set.  -ERR_LIMIT: there is none. */
int planes_alloc(struct planes *planes, struct error *err);
void planes_free(struct planes *planes); /* leaves empty ones */

/* Samples in a row, and rows, of a plane. */
int planes_plane_width(const struct planes *planes, int plane);
int planes_plane_height(const struct planes *planes, int plane);

/* All samples of a plane are there: repeats the last ones into the padding. */
void planes_pad(const struct planes *planes, int plane);
