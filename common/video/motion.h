/* motion.h - the slow move of the camera over a picture: pure arithmetic.  Any thread. */
#pragma once

#include "video/yuv.h"

/* A picture is kept this much larger than the frame: the ratio of a window to the frame stays
 * between 1.1 (closest) and this (all of it), where four taps are enough for a sharp picture
 * without aliasing. */
#define MOTION_CANVAS 1.3

/* The window of a canvas of width × height at `time` (0 start … 1 end) of scene `index`. Neighbours
 * move differently. */
struct window motion_window(int index, double time, int width, int height);
