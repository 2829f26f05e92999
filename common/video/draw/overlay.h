/* overlay.h - a small picture with transparency that is laid over frames.  Immutable once made: any
 * thread.
 *
 * Room: what is drawn into a frame: zoom, transitions, captions, title, credits.
 * May use: base, case, video/frame, video/language, video/plan.
 * Used by: cli, video/deliver, video/film, video/text. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "video/frame/yuv.h"

struct overlay {
    int x, y, width, height; /* on the frame, even */
    /* Y, U, V already multiplied by their transparency, then the transparency for Y and for U and
     * V.  Blending is one multiply and one add a sample this way. */
    uint8_t *data[5];
    int stride[5];
};

/* From cairo's ARGB32 (premultiplied, native words): `stride` bytes a row.  x, y, width, height
 * even. */
int overlay_new(const uint8_t *argb, int stride, int x, int y, int width, int height,
    struct overlay **ret_overlay, struct error *err);
void overlay_free(struct overlay *overlay); /* takes NULL */

/* Lay it over `frame`, within which it lies; `opacity` 0 (nothing) … 256 (as it is). */
void overlay_blend(const struct overlay *overlay, struct yuv *frame, int opacity);
