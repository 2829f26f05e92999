/* stills.h - pictures taken out of the finished segments: the poster, and the sprite sheet that a
 * player shows while somebody drags along its time.
 *
 * Every segment begins with a frame that can be decoded alone; that one is looked at, wherever the
 * segment came from, and nothing is drawn a second time.  One thread. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/encode/segments.h"
#include "video/kept/outdir.h"

#define STILLS_POSTER_NAME "poster.jpg"
#define STILLS_SPRITES_NAME "sprites.jpg"
#define STILLS_SPRITES_VTT_NAME "sprites.vtt"

enum {
    STILLS_TILE_SIDE = 160, /* the longer one, pixels */
    STILLS_COLUMNS = 10,
    /* Every scene has a tile; further ones stand at least this far apart, and a hundredth of the
     * video. */
    STILLS_APART_MS = 2000,
    STILLS_SHARE = 100,
};

struct tile {
    int segment; /* whose first frame it shows */
    int from;    /* frame it stands for, up to the next tile's */
};

struct stills {
    const struct timeline *timeline; /* the caller's, like the folder */
    const struct outdir *dir;
    int face; /* the segment whose first frame is the poster, and the first tile */
    int n_tiles, tile_width, tile_height;
    struct tile *tiles;
    struct yuv sheet;
    int seen;  /* segments */
    int drawn; /* tiles */
    AVCodecContext *decoder;
    AVFrame *frame;
};

/* `face`: the segment of the first scene whose first frame becomes the poster. */
int stills_open(const struct timeline *timeline, const struct outdir *dir, int face, int width,
    int height, struct stills *ret_stills, struct error *err);
void stills_close(struct stills *stills);

/* The next segment in order. */
int stills_add(struct stills *stills, const struct segment *segment, struct error *err);

/* That was the last: the sprite sheet and its VTT are written. */
int stills_end(struct stills *stills, struct error *err);
