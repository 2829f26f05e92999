/* motion.h - the slow move of the camera over a picture: pure arithmetic.  Any thread. */
#pragma once

#include <stdbool.h>

#include "case/case.h"
#include "video/frame/yuv.h"

/* A picture is kept this much larger than the frame: the ratio of a window to the frame stays
 * between 1.1 (closest) and this (all of it), where four taps are enough for a sharp picture
 * without aliasing. */
#define MOTION_CANVAS 1.3
/* Under a calm move this much of the canvas, in its middle, never leaves the frame. */
#define MOTION_CALM_PART 0.9

struct motion {
    enum case_motion kind; /* any but CASE_MOTION_CHOSEN */
    double focus_x,
        focus_y; /* 0…1 of the canvas from left and top; a calm move keeps to the middle */
    bool is_calm;
    double seconds; /* it has for its way; what is very short does not go all of it */
};

/* The move of every scene that names none is chosen so that neighbours differ, its focus is where
 * nobody else's is; `seconds` and `is_calm` are left to the caller. */
void motion_choose(const struct case_record *record, struct motion *ret_motions);

/* The window of a canvas of width × height at `time` (0 start … 1 end). */
struct window motion_window(const struct motion *motion, double time, int width, int height);
