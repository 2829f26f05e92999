/* transition.h - one frame on the way from a scene's picture to the next.
 *
 * To add a transition: its kind in case/case_record.h, its name in case/case_fields.c, its length
 * in timeline_transition_frames() of plan/timeline.c, its drawing in transition_draw() of
 * transition.c (there also when its pictures can be seen).  Then its name in case/README.md, in
 * tests/unit/case/test_case.c and in tests/flow/film/shapes.sh.
 *
 * Thread-safety: any thread; a frame belongs to one thread while it is drawn. */
#pragma once

#include "case/case.h"
#include "video/frame/yuv.h"

/* Whether the old (the new) picture can be seen at `time`, 0 (start) … 1 (end).  A picture that
 * can't be seen need not be drawn. */
bool transition_shows_from(enum case_transition kind, double time);
bool transition_shows_to(enum case_transition kind, double time);

/* The new picture's share in a cross-fade at `time`, as zoom_run() takes it: 0 … 256, eased; 256
 * from time 1 on. */
int transition_fade_share(double time);

/* Multiply the frame's light in place: `brightness` 0 (black) … 256 (unchanged). */
void transition_dim(struct yuv *frame, int brightness);

/* A slide, a wipe, or through black: `frame` holds the old picture and becomes the frame at `time`.
 * `to` is the new picture, of the same size.  The other kinds leave `frame` unchanged: a cross-fade
 * is drawn by zoom_run(), a cut has no frames. */
void transition_draw(
    enum case_transition kind, double time, struct yuv *frame, const struct yuv *to);
