/* ends.h - how a video begins and ends: the fade from black and to black, the title over its first
 * picture, the credits over its last.  Thread-safety: any thread, pure arithmetic.
 *
 *   |fade in|==== title ====|== caption ==| … |== caption ==|== credits ==|
 *                                                                |fade out|
 */
#pragma once

#include "video/plan/timeline.h"

enum { ENDS_TITLE_MS = 3000 };

/* All in frames of the video. */
struct ends {
    int fade_in_n;         /* length of the fade from black; 0: none */
    int fade_out_at;       /* first frame of the fade to black; n_frames: none */
    int title_at, title_n; /* title_n 0: no title */
    int dim_at;            /* first frame in which the picture darkens for the credits … */
    int credits_at;        /* … and the credits' first frame; both n_frames: no credits */
    int n_frames;
};

/* Reserve the time for it: writes caption_delay_ms of the first of the record's scenes and
 * credits_ms of the last into `inputs`, one a scene, before timeline_plan(). */
void ends_reserve(const struct case_record *record, struct timeline_input *inputs);

/* `timeline` was planned with what ends_reserve() wrote. */
void ends_plan(
    const struct case_record *record, const struct timeline *timeline, struct ends *ret_ends);

/* The brightness of frame `number` of the video, for transition_dim(). */
int ends_brightness(const struct ends *ends, int number);
/* The same for the picture alone, behind the credits. */
int ends_credits_brightness(const struct ends *ends, int number);

/* The index of the segment whose first frame is the poster: the first that begins at full
 * brightness. */
int ends_poster_segment(const struct case_record *record, const struct timeline *timeline);

/* Where the title stands, so that it does not cover the focus of the picture: `focus` is the
 * latter's place in the frame, 0 (top) … 1 (bottom); negative if the case names none. */
enum case_position ends_title_position(double focus);
