/* limiter.h - keeps peaks under a ceiling without a click: turns down in time, comes back slowly.
 * It works on what is known of every step of an envelope, so it can be tried as often as somebody
 * likes before a sample is touched.  Pure. */
#pragma once

#include <stdint.h>

#include "video/mix/envelope.h"

/* `peaks` holds the highest peak of each of `n` steps (1.0 is full scale).  `ret_envelope`, n + 1
 * values: the sound multiplied by it is `gain` times as loud where nothing else is needed, and
 * nowhere over `ceiling`. */
void limiter_plan(const float *peaks, int64_t n, float gain, float ceiling, float *ret_envelope);
