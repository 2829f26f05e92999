/* raster.h - what the decoders of pictures write on: rows as they come out of a file become planes
 * that are upright, in sRGB and without alpha.  One thread. */
#pragma once

#include "video/frame/planes.h"
#include "video/picture/picture_head.h"

enum raster_layout { RASTER_GREY, RASTER_RGB, RASTER_RGBA, RASTER_CMYK };

struct colour;

struct raster {
    struct planes planes;
    int width, height; /* as stored, which may be on its side */
    int rows;          /* from the top, that are there: set by the decoder */
    /* the rest is raster.c's */
    int orientation;
    enum raster_layout layout;
    int depth;
    struct colour *colour;
    void *line;
};

/* How large a picture may be that is kept with 16 bits a sample; above, 8 must do. */
enum { RASTER_DEEP_PIXELS_MAX = 32 * 1000 * 1000 };

/* Rows of `layout` with `depth` bits a sample (8, or 16 in the machine's order) follow: all ink of
 * a CMYK row is 255, none 0.  -ERR_LIMIT: no memory. */
int raster_open(struct raster *raster, struct picture_head *head, int width, int height,
    enum raster_layout layout, int depth, struct error *err);
/* Rows of YCbCr planes follow, and need no other colours. */
int raster_open_planes(struct raster *raster, struct picture_head *head, enum planes_kind kind,
    int width, int height, int sub_w, int sub_h, struct error *err);

/* All of it is white. */
void raster_clear(struct raster *raster);
/* `n` pixels of row `y`, which stand `step` apart from `x` on. */
void raster_put(struct raster *raster, int y, int x, int step, int n, const void *samples);
/* A row of a plane. */
void raster_put_plane(struct raster *raster, int plane, int y, const uint8_t *samples);

/* Once `rows` are all there: `*ret_planes` is the caller's. */
void raster_take(struct raster *raster, struct planes *ret_planes);
void raster_close(struct raster *raster);
