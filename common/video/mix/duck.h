/* duck.h - how loud the music is at every moment: down before a word begins, up again after it,
 * faded in and out with the video.  When words are spoken is known beforehand, so nothing has to
 * listen and react late.  Pure. */
#pragma once

#include "video/mix/envelope.h"
#include "video/mix/mix_part.h"

#define DUCK_DB -14.0 /* under speech; 0 where nobody speaks */

enum {                     /* samples */
    DUCK_DOWN = 14400,     /* 300 ms: the way down ends where the speech begins */
    DUCK_UP = 28800,       /* 600 ms: the way up begins where it ends */
    DUCK_STAY = 48000,     /* it stays down between speech that is nearer than this */
    DUCK_FADE_IN = 24000,  /* at the start of the video … */
    DUCK_FADE_OUT = 96000, /* … and at its end; less in a short one */
};

/* `ret_envelope` has envelope_length(n_samples) values.  Parts are in order; those without a sound
 * that can be heard don't count. */
void duck_plan(const struct mix_part *parts, int n_parts, int64_t n_samples, float *ret_envelope);
