/* overlay.h - a small picture with transparency that is blended over frames.
 *
 * Room: what is drawn into a frame: zoom, transitions, captions, title, credits.
 * May use: base, case, video/frame, video/language, video/plan, video/sealed.
 * Used by: cli, fcgi/cases, video, video/canary, video/deliver, video/film, video/text.
 *
 * Thread-safety: any thread.  An overlay does not change after overlay_new(), so any number of
 * threads may blend it. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "video/frame/yuv.h"
#include "video/sealed/pack.h"

struct overlay {
    int x, y, width, height; /* on the frame, luma pixels, even */
    /* Y, U, V, each premultiplied by alpha; then alpha for Y, and alpha for U and V.  So a sample
     * is blended with one multiplication and one addition. */
    uint8_t *data[5];
    int stride[5]; /* bytes */
};

/* From cairo's ARGB32 (premultiplied by alpha, 32-bit words in the machine's byte order), `stride`
 * bytes a row; `argb` is only read.  x, y, width and height are even.  The caller frees
 * `*ret_overlay`.  -ERR_LIMIT: more than 16 Mi pixels. */
int overlay_new(const uint8_t *argb, int stride, int x, int y, int width, int height,
    struct overlay **ret_overlay, struct error *err);
void overlay_free(struct overlay *overlay); /* takes NULL */

/* As part of a message, and out of one.  NULL: `unpack->is_bad`, it does not lie within a frame of
 * width × height pixels, or there is no memory. */
void overlay_pack(const struct overlay *overlay, struct buf *buf);
struct overlay *overlay_unpack(struct unpack *unpack, int width, int height);

/* Blend it over `frame`, within which it lies; `opacity` 0 (nothing) … 256 (all of it). */
void overlay_blend(const struct overlay *overlay, struct yuv *frame, int opacity);
