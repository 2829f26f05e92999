/* motion.h - the slow move of the camera over a picture.
 *
 * Thread-safety: any thread, pure arithmetic. */
#pragma once

#include <stdbool.h>

#include "case/case.h"
#include "video/frame/yuv.h"

/* A canvas (a scene's picture in memory) is this many times as large as the frame.  So the ratio of
 * a window to the frame lies between 1.1 (closest) and this (the whole canvas), where zoom.h needs
 * only four taps for a sharp picture without aliasing. */
#define MOTION_CANVAS 1.3
/* A calm move never leaves out this part of the canvas, around its middle. */
#define MOTION_CALM_PART 0.9

struct motion {
    enum case_motion kind;   /* any but CASE_MOTION_CHOSEN */
    double focus_x, focus_y; /* 0…1 of the canvas, from left and top; not for a calm move */
    bool is_calm;            /* of a picture that must be seen whole, over its blurred copy */
    double seconds;          /* of the scene; below 3 the move is shorter, never faster */
};

/* Writes the motion of each of the record's scenes to `ret_motions`.  A scene that names none gets
 * one that differs from its neighbours'.  The focus is our default; the caller sets `seconds`,
 * `is_calm` and the case's focus. */
void motion_choose(const struct case_record *record, struct motion *ret_motions);

/* The part of a canvas of width × height pixels that the frame shows at `time`, 0 (start of the
 * scene) … 1 (end).  It lies within the canvas and has its proportions. */
struct window motion_window(const struct motion *motion, double time, int width, int height);
