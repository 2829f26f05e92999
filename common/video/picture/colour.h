/* colour.h - rows of a picture from the colours its file names into sRGB, as browsers show them.
 * All of lcms that is used here.  One thread. */
#pragma once

#include "video/picture/raster.h"

/* NULL: its rows are sRGB already, or as good as.  A profile that can't be used counts as none, and
 * is a warning.  CMYK is never sRGB. */
struct colour *colour_open(struct picture_head *head, enum raster_layout layout, int depth);
void colour_close(struct colour *colour); /* takes NULL */

/* `n` pixels; `to` has room for four samples each.  Answers the layout of `to`. */
enum raster_layout colour_convert(struct colour *colour, const void *from, void *to, int n);
