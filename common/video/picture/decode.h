/* decode.h - one kind of picture each: from the bytes that picture_head.h found to the rows of a
 * raster.  All that is read here was made by strangers; a decoder holds no more than
 * DECODE_MEMORY_MAX, uses one thread, and opens nothing. */
#pragma once

#include "video/picture/raster.h"

enum {
    DECODE_PIXELS_MAX = 64 * 1000 * 1000,
    /* Bytes that a decoder and the raster hold together: 64 megapixels of whatever kind. */
    DECODE_MEMORY_MAX = 400 * 1000 * 1000,
};

struct decode_ask {
    const char *name; /* starts every message */
    struct picture_head *head;
    const uint8_t *data; /* head->size bytes */
    /* The raster may be smaller than the picture, but on neither side smaller than this (as stored)
     * unless the picture is. */
    int least_width, least_height;
};

/* The caller closes `raster` in any case.  0 with raster->rows < raster->height: the rest is
 * missing.  -ERR_INPUT: damaged, or more than the limits; -ERR_LIMIT: no memory. */
int jpeg_decode(const struct decode_ask *ask, struct raster *raster, struct error *err);
int png_decode(const struct decode_ask *ask, struct raster *raster, struct error *err);
int webp_decode(const struct decode_ask *ask, struct raster *raster, struct error *err);
int gif_decode(const struct decode_ask *ask, struct raster *raster, struct error *err);
int heif_decode(const struct decode_ask *ask, struct raster *raster, struct error *err);
