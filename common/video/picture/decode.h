/* decode.h - the decoders of pictures, one for each format: from the pixel data that the parsers
 * found (picture_head.h) to the rows of a raster.  The data is untrusted: a decoder holds no more
 * than DECODE_MEMORY_MAX bytes together with its raster, starts no thread and opens no file.  Any
 * thread. */
#pragma once

#include "video/picture/raster.h"

enum {
    DECODE_MEMORY_MAX = 400 * 1000 * 1000, /* bytes: enough for PICTURE_PIXELS_MAX in any format */
};

struct decode_request {
    const char *name; /* of the file: starts every message */
    struct picture_head *head;
    const uint8_t *data; /* head->size bytes */
    /* Pixels, as stored.  A decoder may scale the picture down, as long as neither side becomes
     * smaller than this. */
    int min_width, min_height;
};

/* Decodes into `*raster`, which the caller closes, after an error too.  Adds warnings to the head.
 * Returns 0 with raster->rows < raster->height if the data ends early.
 * -ERR_INPUT: damaged, or beyond a limit.  -ERR_LIMIT: no memory. */
int jpeg_decode(const struct decode_request *request, struct raster *raster, struct error *err);
int png_decode(const struct decode_request *request, struct raster *raster, struct error *err);
int webp_decode(const struct decode_request *request, struct raster *raster, struct error *err);
int gif_decode(const struct decode_request *request, struct raster *raster, struct error *err);
int heif_decode(const struct decode_request *request, struct raster *raster, struct error *err);

/* Loads the plugins of libheif, which it else does with its first picture. */
void heif_prepare(void);
