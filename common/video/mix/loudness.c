/* loudness.c - see loudness.h.  Written again rather than taken from a library because the mix
 * needs the weighted squares of every few milliseconds, not only their end result. */
#include "video/mix/loudness.h"

#include <math.h>

enum { GATED = 4 };

/* A biquad; a0 is 1. */
struct biquad {
    double b0, b1, b2, a1, a2;
};

/* BS.1770-4, tables 1 and 2: the head's shelf, and a high-pass. */
static const struct biquad head_shelf = {
    1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585};
static const struct biquad low_cut = {1, -2, 1, -1.99004745483398, 0.99007225036621};

/* In direct form I: only one product and one sum wait for the sample before. */
static inline loudness_pair filter(
    const struct biquad *c, loudness_pair in, const loudness_pair ins[2], loudness_pair outs[2])
{
    loudness_pair out = c->b0 * in + c->b1 * ins[0] + c->b2 * ins[1] - c->a2 * outs[1];

    out -= c->a1 * outs[0];
    outs[1] = outs[0];
    outs[0] = out;
    return out;
}

static inline void remember(loudness_pair ins[2], loudness_pair in)
{
    ins[1] = ins[0];
    ins[0] = in;
}

/* What rings on in silence becomes so small that the processor computes it a hundred times slower.
 */
static void still(loudness_pair memory[2])
{
    for (int i = 0; i < 2; i++)
        for (int c = 0; c < 2; c++)
            if (fabs(memory[i][c]) < 1e-30)
                memory[i][c] = 0;
}

double loudness_weigh(struct loudness_weigher *weigher, const float *pairs, int64_t n)
{
    struct loudness_weigher w = *weigher;
    loudness_pair sum = {0};

    for (int64_t i = 0; i < n; i++) {
        loudness_pair in = {pairs[2 * i], pairs[2 * i + 1]},
                      before[2] = {w.shelved[0], w.shelved[1]};
        loudness_pair shelved = filter(&head_shelf, in, w.in, w.shelved);
        loudness_pair out = filter(&low_cut, shelved, before, w.weighed);

        remember(w.in, in);
        sum += out * out;
    }
    still(w.shelved);
    still(w.weighed);
    *weigher = w;
    return sum[0] + sum[1];
}

static double lufs(double mean_square)
{
    return -0.691 + 10 * log10(mean_square);
}

/* The mean of all gated blocks that are louder than `least`, as a square; 0: there are none. */
static double mean_over(const double *blocks, int64_t n, int64_t gated, double least)
{
    double sum = 0;
    int64_t count = 0;

    for (int64_t i = 0; i + gated <= n; i++) {
        double mean = 0;

        for (int64_t k = 0; k < gated; k++)
            mean += blocks[i + k] / (double)gated;
        if (mean <= least)
            continue;
        sum += mean;
        count++;
    }
    return count ? sum / (double)count : 0;
}

double loudness_gated(const double *blocks, int64_t n)
{
    static const double silence = -70;
    int64_t gated = n < GATED ? n : GATED;
    double mean = gated ? mean_over(blocks, n, gated, pow(10, (silence + 0.691) / 10)) : 0;

    /* Ten below the mean is a pause. */
    return mean > 0 ? lufs(mean_over(blocks, n, gated, mean / 10)) : -INFINITY;
}
