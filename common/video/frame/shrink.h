/* shrink.h - a frame, made smaller, in a place of a sheet of many.  Any thread; the sheet belongs
 * to one thread at a time. */
#pragma once

#include "video/frame/yuv.h"

/* Fills `sheet`, which yuv_alloc() made, with black. */
void shrink_clear(struct yuv *sheet);

/* Draws `src` into the window of `width` × `height` pixels at (left, top) of `sheet`.  All are
 * even; the window lies within the sheet and is not larger than `src`.  Each sample is the mean of
 * those below it. */
void shrink_into(
    const struct yuv *src, struct yuv *sheet, int left, int top, int width, int height);
