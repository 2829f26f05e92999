/* stills.h - JPEG pictures from the finished segments of a video: the poster, and the sprite sheet
 * that a player shows while the viewer drags its time bar.  One thread at a time.
 *
 * The first frame of a segment can be decoded alone.  Stills are made only of first frames, so that
 * it does not matter whether a segment was encoded now or is a cache entry, and no frame is drawn
 * twice. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/encode/segments.h"
#include "video/kept/outdir.h"

#define STILLS_POSTER_NAME "poster.jpg"
#define STILLS_SPRITES_NAME "sprites.jpg"
#define STILLS_SPRITES_VTT_NAME "sprites.vtt"

enum {
    STILLS_SPRITE_SIDE = 160, /* the longer one, pixels */
    STILLS_COLUMNS = 10,
    /* Every scene has a sprite; further ones follow at least STILLS_SPACING_MS and a hundredth of
     * the video after the one before. */
    STILLS_SPACING_MS = 2000,
    STILLS_SPACING_SHARE = 100,
};

struct sprite {
    int segment; /* whose first frame it shows */
    int from;    /* frame of the video; valid until the next sprite's */
};

struct stills {
    const struct timeline *timeline; /* the caller's */
    const struct outdir *dir;        /* the caller's */
    int poster_segment;              /* its first frame is the poster, and the first sprite */
    int n_sprites, sprite_width, sprite_height;
    struct sprite *sprites;
    struct yuv sheet;
    int n_segments; /* added */
    int n_drawn;    /* sprites */
    AVCodecContext *decoder;
    AVFrame *frame;
};

/* `width`, `height`: of the video, pixels.  `timeline` and `dir` must outlive `*ret_stills`.
 * -ERR_LIMIT: no memory.  A caller closes it after an error, too. */
int stills_open(const struct timeline *timeline, const struct outdir *dir, int poster_segment,
    int width, int height, struct stills *ret_stills, struct error *err);
void stills_close(struct stills *stills); /* takes a zeroed one */

/* The next segment, in order: draws its sprite, and writes the poster, if it was chosen for one.
 * The segment stays the caller's. */
int stills_add(struct stills *stills, const struct segment *segment, struct error *err);

/* After the last segment: write the sprite sheet and its WebVTT file. */
int stills_end(struct stills *stills, struct error *err);
