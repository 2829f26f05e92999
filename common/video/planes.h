/* planes.h - a decoded picture in whatever layout its file had, made plain: planar, 8 bits,
 * upright, no alpha.  Still in its own colours and size; zimg does the rest (convert.h).  Any
 * thread. */
#pragma once

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct planes {
    int width, height; /* pixels that are picture */
    int sub_w, sub_h;  /* log2: how much smaller planes 1 and 2 are */
    bool is_rgb;       /* planes are R, G, B; else Y, U, V */
    bool is_full_range;
    uint8_t *data[3]; /* rows aligned and padded to whole chroma samples as zimg wants them */
    ptrdiff_t stride[3];
    void *memory; /* what planes_free() frees; NULL: the rows are the frame's own */
};

/* `orientation` is EXIF's, 1 to 8.  Transparent parts become white.  The frame must live as long as
 * the planes: one that is plain already is not copied.  -ERR_INPUT: a layout nobody expects. */
int planes_import(
    const AVFrame *frame, int orientation, struct planes *ret_planes, struct error *err);
void planes_free(struct planes *planes);
