/* transition.h - one frame on the way from a picture to the next.  Any thread. */
#pragma once

#include "case/case.h"
#include "video/frame/yuv.h"

/* Which of its two pictures can be seen at `time` (0 start … 1 end)? */
bool transition_shows_from(enum case_transition kind, double time);
bool transition_shows_to(enum case_transition kind, double time);

/* How much is seen of the new picture in a cross-fade, as zoom_run() takes it: 0 … 256, from 1 on
 * all of it. */
int transition_fade_share(double time);

/* The frame with so much of its light: 0 (black) … 256 (as it is). */
void transition_dim(struct yuv *frame, int light);

/* A slide, a wipe, or through black: `frame`, which holds the picture that goes, becomes the frame
 * at `time`; `to` is the one that comes, of the same size.  What can't be seen of either need not
 * be drawn. */
void transition_draw(
    enum case_transition kind, double time, struct yuv *frame, const struct yuv *to);
