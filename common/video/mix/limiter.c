/* limiter.c - see limiter.h.  The value between two steps is low enough for both, so the straight
 * line through a step, between two such values, is low enough for it.  After that it may rise only
 * slowly. */
#include "video/mix/limiter.h"

#include <math.h>

/* Of what is missing to no reduction, a step gives back this share: two thirds in 80 ms. */
static const float release_share = 1.0f / (0.080f * 48000 / ENVELOPE_STEP);

/* The gain a step with this peak can bear. */
static float bearable(float peak, float gain, float ceiling)
{
    return peak * gain > ceiling ? ceiling / peak : gain;
}

void limiter_plan(const float *peaks, int64_t n, float gain, float ceiling, float *ret_envelope)
{
    float before = gain, now = gain;

    for (int64_t i = 0; i <= n; i++) {
        float after = i < n ? bearable(peaks[i], gain, ceiling) : gain;

        now = fminf(fminf(before, after), now + (gain - now) * release_share);
        ret_envelope[i] = now;
        before = after;
    }
}
