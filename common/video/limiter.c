/* limiter.c - see limiter.h.  The gain a sample needs is held for the whole look-ahead (a running
 * minimum), may rise only slowly, and is averaged over the look-ahead: every value in that average
 * knew of the sample, so the average is low enough when the sample comes out. */
#include "video/limiter.h"

#include <math.h>

/* Of what is missing to no reduction, a sample gives back this share: two thirds in 80 ms. */
static const float release_share = 1.0f / (0.080f * 48000);

void limiter_init(struct limiter *limiter, float gain, float ceiling)
{
    *limiter = (struct limiter){.gain = gain, .ceiling = ceiling, .lowest = 1, .release = 1};
    for (int i = 0; i < LIMITER_AHEAD; i++)
        limiter->wanted[i] = limiter->released[i] = 1;
    limiter->sum = LIMITER_AHEAD;
}

static float lowest_of(const float *values)
{
    float lowest = values[0];

    for (int i = 1; i < LIMITER_AHEAD; i++)
        lowest = fminf(lowest, values[i]);
    return lowest;
}

static void want(struct limiter *l, float wanted)
{
    float leaves = l->wanted[l->at];

    l->wanted[l->at] = wanted;
    if (wanted <= l->lowest)
        l->lowest = wanted;
    else if (leaves <= l->lowest && leaves < 1)
        l->lowest = lowest_of(l->wanted);
}

static void step(struct limiter *l, float *pair)
{
    float left = pair[0] * l->gain, right = pair[1] * l->gain;
    float peak = fmaxf(fabsf(left), fabsf(right)), out;

    want(l, peak > l->ceiling ? l->ceiling / peak : 1);
    l->release = fminf(l->lowest, l->release + (1 - l->release) * release_share);
    l->sum += (double)l->release - l->released[l->at];
    l->released[l->at] = l->release;
    out = (float)(l->sum / LIMITER_AHEAD);
    pair[0] = l->delayed[l->at][0] * out;
    pair[1] = l->delayed[l->at][1] * out;
    l->delayed[l->at][0] = left;
    l->delayed[l->at][1] = right;
    l->at = (l->at + 1) % LIMITER_AHEAD;
}

void limiter_run(struct limiter *limiter, float *samples, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        step(limiter, samples + 2 * i);
}
