/* raster.h - the target of the decoders: takes rows as they are stored and writes them to planes
 * that are upright, in sRGB and without alpha (over white).  One thread a raster. */
#pragma once

#include "video/frame/planes.h"
#include "video/picture/picture_head.h"

/* Channels of a sample row, interleaved.  CMYK: the largest value is all ink, 0 none. */
enum raster_layout { RASTER_GREY, RASTER_RGB, RASTER_RGBA, RASTER_CMYK };

struct colour;

struct raster {
    struct planes planes;
    int width, height; /* pixels, as stored: swapped in `planes` if the picture is on its side */
    int rows;          /* from the top, that were decoded; set by the decoder */
    /* private to raster.c */
    int orientation;
    enum raster_layout layout;
    int depth;
    struct colour *colour; /* NULL: the rows are sRGB */
    void *line;            /* a row in sRGB */
};

/* Largest picture that is kept with 16 bits a sample; a larger one is kept with 8. */
enum { RASTER_DEEP_PIXELS_MAX = 32 * 1000 * 1000 };

/* Opens a raster for rows of `layout`, with `depth` bits a sample: 8, or 16 in the machine's byte
 * order.  The caller calls raster_close(), after an error too.  -ERR_LIMIT: no memory. */
int raster_open(struct raster *raster, struct picture_head *head, int width, int height,
    enum raster_layout layout, int depth, struct error *err);
/* Opens a raster for rows of single YCbCr planes of 8 bits, whose colours need no conversion;
 * otherwise as raster_open().  `sub_w`, `sub_h`: chroma subsampling as log2, as stored. */
int raster_open_planes(struct raster *raster, struct picture_head *head, enum planes_kind kind,
    int width, int height, int sub_w, int sub_h, struct error *err);

/* Sets all samples of a raster of raster_open() to white. */
void raster_fill_white(struct raster *raster);
/* Writes `n` pixels of row `y`: the first at column `x`, each next one `step` columns on. */
void raster_write(struct raster *raster, int y, int x, int step, int n, const void *samples);
/* Writes row `y` of a plane, all its samples, after raster_open_planes(). */
void raster_write_plane(struct raster *raster, int plane, int y, const uint8_t *samples);

/* Moves the planes to `*ret_planes`, which the caller frees.  Called when all rows are written. */
void raster_move_planes(struct raster *raster, struct planes *ret_planes);
/* Frees what the raster owns and zeroes it; takes a zeroed one. */
void raster_close(struct raster *raster);
