/* fit.h - fits a picture into a frame of other proportions.  Called once for a picture; any thread.
 */
#pragma once

#include "case/case.h"
#include "video/frame/planes.h"
#include "video/frame/yuv.h"

struct fit {
    enum case_fit kind; /* crop to fill the frame, or all of it over a blurred copy of itself */
    /* The point of the picture that must stay visible, 0…1 from left and top; -1: its middle. */
    double focus_x, focus_y;
};

/* Draws `src` over all of `dst`, in the colours of yuv.h.  Afterwards `fit` is what was done:
 * `kind` is CASE_FIT_CROP if cropping loses less than 4 % of the picture, and the focus is
 * relative to the frame.  -ERR_LIMIT: no memory.  -ERR_LIBRARY: scaling failed. */
int fit_picture(const struct planes *src, struct fit *fit, struct yuv *dst, struct error *err);
