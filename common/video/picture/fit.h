/* fit.h - a picture laid into a canvas of other proportions.  Once a picture; any thread. */
#pragma once

#include "case/case.h"
#include "video/frame/planes.h"
#include "video/frame/yuv.h"

struct fit {
    enum case_fit kind;
    double focus_x,
        focus_y; /* what matters in the picture, 0…1 from left and top; -1: its middle */
};

/* Fill all of `dst` with `src`, in our colours, as `fit` wants; afterwards `fit` tells what was
 * done: a picture that has nearly the canvas' proportions is cropped, not blurred, and the focus is
 * that of the canvas. */
int fit_picture(const struct planes *src, struct fit *fit, struct yuv *dst, struct error *err);
