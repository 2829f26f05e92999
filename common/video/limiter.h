/* limiter.h - keeps peaks under a ceiling without a click: looks ahead, turns down in time, comes
 * back slowly.  Stereo, both channels alike.  Pure; one thread at a time. */
#pragma once

#include <stdint.h>

enum { LIMITER_AHEAD = 240 }; /* samples it looks ahead, and is late by: 5 ms at 48 kHz */

struct limiter {
    float gain, ceiling;
    float delayed[LIMITER_AHEAD][2]; /* after the gain */
    float wanted[LIMITER_AHEAD];     /* the gain each of those needs to stay under the ceiling */
    float released[LIMITER_AHEAD];   /* what the last steps allowed, to be averaged */
    float lowest;                    /* of `wanted` */
    float release;
    double sum; /* of `released` */
    int at;
};

/* Everything is multiplied by `gain`, then held under `ceiling` (1.0 is full scale). */
void limiter_init(struct limiter *limiter, float gain, float ceiling);
/* In place, n left-right pairs; what comes out is LIMITER_AHEAD samples late. */
void limiter_run(struct limiter *limiter, float *samples, int64_t n);
