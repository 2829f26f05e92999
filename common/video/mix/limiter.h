/* limiter.h - a look-ahead limiter: keeps peaks under a ceiling without a click, as it turns down
 * before a peak and comes back slowly.  It works on the peak of each step of an envelope, so a gain
 * can be tried many times before a sample is touched.  Pure: any thread. */
#pragma once

#include <stdint.h>

#include "video/mix/envelope.h"

/* `peaks` holds the highest peak of each of `n` steps; 1.0 is full scale, here and in `ceiling`.
 * Fills `ret_envelope`, n + 1 values: the gain is `gain` where that stays under the ceiling, and
 * nowhere brings a peak above it. */
void limiter_plan(const float *peaks, int64_t n, float gain, float ceiling, float *ret_envelope);
