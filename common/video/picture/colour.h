/* colour.h - converts rows of a picture from the colours that its file names to sRGB, as browsers
 * show them.  The only caller of lcms.  One thread a conversion. */
#pragma once

#include "video/picture/raster.h"

/* The conversion for rows of `layout` and `depth` (8 or 16), which the caller closes.  NULL: no row
 * needs one, since the colours are sRGB or differ from it by at most 1 of 255; never with CMYK.  A
 * profile that cannot be used adds a warning to `head` and counts as none. */
struct colour *colour_open(struct picture_head *head, enum raster_layout layout, int depth);
void colour_close(struct colour *colour); /* takes NULL */

/* Whether RGB rows of 8 bits need a conversion; adds warnings as colour_open() does. */
bool colour_is_needed(struct picture_head *head);

/* Converts `n` pixels to `to`, which has room for four samples each.  Returns the layout of `to`:
 * RASTER_RGB, or RASTER_RGBA if the rows have alpha, which is copied. */
enum raster_layout colour_convert(struct colour *colour, const void *from, void *to, int n);
