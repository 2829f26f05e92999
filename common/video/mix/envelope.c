/* envelope.c - see envelope.h. */
#include "video/mix/envelope.h"

/* Multiplies `n` pairs of one step, the first of which is its sample `first`.  `ends`: the values
 * at the step's start and end. */
static void envelope_apply_step(const float *ends, int64_t first, float *pairs, int64_t n)
{
    float slope = (ends[1] - ends[0]) / ENVELOPE_STEP;

    for (int64_t i = 0; i < n; i++) {
        float gain = ends[0] + slope * (float)(first + i);

        pairs[2 * i] *= gain;
        pairs[2 * i + 1] *= gain;
    }
}

void envelope_apply(const float *envelope, int64_t at, float *pairs, int64_t n)
{
    while (n > 0) {
        int64_t first = at % ENVELOPE_STEP, left = ENVELOPE_STEP - first;
        int64_t piece = n < left ? n : left;

        envelope_apply_step(envelope + at / ENVELOPE_STEP, first, pairs, piece);
        at += piece;
        pairs += 2 * piece;
        n -= piece;
    }
}
