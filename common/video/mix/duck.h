/* duck.h - ducking: how loud the music is at every moment.  It goes down before speech starts,
 * comes up again after it, and fades in and out with the video.  The times of speech are known
 * beforehand, so no detector has to react late.  Pure: any thread. */
#pragma once

#include "video/mix/envelope.h"
#include "video/mix/mix_clip.h"

#define DUCK_DB -14.0 /* gain under speech; 0 dB elsewhere */

enum {                     /* samples */
    DUCK_ATTACK = 14400,   /* 300 ms: the way down, which ends where speech starts */
    DUCK_RELEASE = 28800,  /* 600 ms: the way up, which starts where speech ends */
    DUCK_HOLD = 48000,     /* the music stays down in a gap between speech that is shorter */
    DUCK_FADE_IN = 24000,  /* at the start of the video, at most a quarter of it */
    DUCK_FADE_OUT = 96000, /* at its end, at most half of it */
};

/* Fills `ret_envelope`, envelope_length(n_samples) gains from 0 to 1, for a video of `n_samples`.
 * `clips` are in order of time; those that are not audible don't count. */
void duck_plan(const struct mix_clip *clips, int n_clips, int64_t n_samples, float *ret_envelope);
