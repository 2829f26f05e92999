/* ends.h - how a film begins and how it ends: out of black and into it, the title over its first
 * picture, the credits over its last.  Pure arithmetic.  Any thread.
 *
 *   |fade in|==== title ====|== caption ==| … |== caption ==|== credits ==|
 *                                                                |fade out|
 */
#pragma once

#include "video/plan/timeline.h"

enum { ENDS_TITLE_MS = 3000 };

struct ends {
    int fade_in_n;         /* the first frame that has all of its light; 0: there is no fade */
    int fade_out_at;       /* the first frame that loses some; n_frames: none does */
    int title_at, title_n; /* frames; n 0: no title */
    int dim_at;            /* the picture makes itself dark for the credits … */
    int credits_at;        /* … which come then; both n_frames: there are none */
    int n_frames;
};

/* What the first and the last scene need for it, into their inputs. */
void ends_reserve(const struct case_record *record, struct timeline_input *inputs);

void ends_plan(
    const struct case_record *record, const struct timeline *timeline, struct ends *ret_ends);

/* The light of a frame, as transition_dim() takes it. */
int ends_brightness(const struct ends *ends, int number);
/* How much light the credits leave the picture behind them. */
int ends_credits_brightness(const struct ends *ends, int number);

/* The segment whose first frame is the film's face: the first with all of its light. */
int ends_poster_segment(const struct case_record *record, const struct timeline *timeline);

/* Where the title stands, away from what matters in the picture: `focus` is its place in the frame,
 * 0 (top) … 1; negative: nobody said it. */
enum case_position ends_title_position(double focus);
