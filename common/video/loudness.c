/* loudness.c - see loudness.h.  Written again rather than taken from a library because the mix
 * needs the weighted squares of every few milliseconds, not only their end result. */
#include "video/loudness.h"

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

static inline loudness_pair filter(
    const struct biquad *c, loudness_pair memory[2], loudness_pair in)
{
    loudness_pair out = c->b0 * in + memory[0];

    memory[0] = c->b1 * in - c->a1 * out + memory[1];
    memory[1] = c->b2 * in - c->a2 * out;
    return out;
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
        loudness_pair in = {pairs[2 * i], pairs[2 * i + 1]};
        loudness_pair out = filter(&low_cut, w.high_pass, filter(&head_shelf, w.shelf, in));

        sum += out * out;
    }
    still(w.shelf);
    still(w.high_pass);
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
