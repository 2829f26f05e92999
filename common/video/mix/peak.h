/* peak.h - the true peak (ITU-R BS.1770-4, annex 2): the highest value of a sound at and between
 * its samples, as a converter or a lossy codec reconstructs it.  48 kHz stereo, interleaved
 * left-right pairs, 1.0 is full scale.  One thread at a time for each `struct peak`. */
#pragma once

#include <stdint.h>

enum {
    PEAK_TAPS = 12,   /* samples from which a value between two of them is interpolated */
    PEAK_BETWEEN = 3, /* values between two samples: four times the rate */
    PEAK_PIECE = 240, /* samples that a call takes at most; all but the last take PEAK_TAPS or more
                       */
};

/* Of the highest peak so far: a lower one hardly ever matters and is only bounded. */
#define PEAK_RANGE 0.25f

struct peak {
    float taps[PEAK_BETWEEN][PEAK_TAPS];
    float overshoot; /* how many times higher than its samples an interpolated value can be */
    float last[2 * (PEAK_TAPS - 1)]; /* the last pairs of the calls before */
    float sample_peak;               /* the highest sample of the last call */
    float highest;                   /* of all exact results */
};

void peak_init(struct peak *ret_peak);

/* The true peak of the next `n` pairs; the values between the last six samples count in the next
 * call.  Where it is certain to be lower than PEAK_RANGE times the highest so far, an upper bound
 * is returned instead: the sample peak times `overshoot`. */
float peak_measure(struct peak *peak, const float *pairs, int n);
