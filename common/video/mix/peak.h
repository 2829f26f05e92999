/* peak.h - how high a sound goes, between its samples too: that is what a converter or a lossy
 * codec makes of it ("true peak", BS.1770-4 annex 2).  48 kHz stereo, interleaved.  One thread at a
 * time. */
#pragma once

#include <stdint.h>

enum {
    PEAK_TAPS = 12,   /* samples a value between two of them is made of */
    PEAK_BETWEEN = 3, /* values between two samples: four times the rate */
    PEAK_PIECE = 240, /* samples a call takes at most; at least PEAK_TAPS, but for the last */
};

#define PEAK_RANGE 0.25f /* of the highest: what is lower hardly ever matters */

struct peak {
    float taps[PEAK_BETWEEN][PEAK_TAPS];
    float rise; /* how much higher than samples what lies between them can be */
    float last[2 * (PEAK_TAPS - 1)]; /* the samples before the next call's */
    float high;                      /* the highest sample of the last call's */
    float highest;                   /* of all that was returned */
};

void peak_init(struct peak *peak);

/* The highest of `n` samples and what lies between them (1.0 is full scale).  What lies between the
 * last six is counted by the next call.  Where that is sure to be lower than PEAK_RANGE of the
 * highest so far, it is not worked out: what is returned is at most `rise` times too high then. */
float peak_of(struct peak *peak, const float *pairs, int n);
