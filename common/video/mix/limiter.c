/* limiter.c - see limiter.h.  The value between two steps is low enough for both of them, so the
 * straight line through a step, between two such values, is low enough for it.  From a low value
 * the gain rises only slowly. */
#include "video/mix/limiter.h"

#include <math.h>

/* The share of the reduction that a step gives back: two thirds of it in 80 ms. */
static const float release_share = 1.0f / (0.080f * 48000 / ENVELOPE_STEP);

/* The highest gain, up to `gain`, that keeps a step with this peak under the ceiling. */
static float limiter_step_gain(float peak, float gain, float ceiling)
{
    return peak * gain > ceiling ? ceiling / peak : gain;
}

void limiter_plan(const float *peaks, int64_t n, float gain, float ceiling, float *ret_envelope)
{
    float before = gain, now = gain;

    for (int64_t i = 0; i <= n; i++) {
        float after = i < n ? limiter_step_gain(peaks[i], gain, ceiling) : gain;

        now = fminf(fminf(before, after), now + (gain - now) * release_share);
        ret_envelope[i] = now;
        before = after;
    }
}
