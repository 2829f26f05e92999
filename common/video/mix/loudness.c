/* loudness.c - see loudness.h.  No library is used because the mix needs the energy of every 5 ms,
 * not only the end result. */
#include "video/mix/loudness.h"

#include <math.h>

enum { GATE_BLOCKS = 4 }; /* blocks in a gating block: 400 ms, every 100 ms */

static const double gate_lufs = -70; /* the absolute gate */

/* A second-order filter (biquad); a0 is 1. */
struct biquad {
    double b0, b1, b2, a1, a2;
};

/* BS.1770-4, tables 1 and 2, for 48 kHz: the shelf for the acoustics of the head, and the high-pass
 * (RLB). */
static const struct biquad head_shelf = {
    1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585};
static const struct biquad high_pass = {1, -2, 1, -1.99004745483398, 0.99007225036621};

/* --- K-weighting --- */

/* Direct form I: only one product and one sum depend on the sample before. */
static inline loudness_pair loudness_biquad(
    const struct biquad *c, loudness_pair in, const loudness_pair ins[2], loudness_pair outs[2])
{
    loudness_pair out = c->b0 * in + c->b1 * ins[0] + c->b2 * ins[1] - c->a2 * outs[1];

    out -= c->a1 * outs[0];
    outs[1] = outs[0];
    outs[0] = out;
    return out;
}

static inline void loudness_shift(loudness_pair ins[2], loudness_pair in)
{
    ins[1] = ins[0];
    ins[0] = in;
}

/* In silence the filters' memory decays to denormal numbers, which the processor computes a hundred
 * times slower. */
static void loudness_flush_denormals(loudness_pair memory[2])
{
    for (int i = 0; i < 2; i++)
        for (int c = 0; c < 2; c++)
            if (fabs(memory[i][c]) < 1e-30)
                memory[i][c] = 0;
}

double loudness_energy(struct loudness_filter *filter, const float *pairs, int64_t n)
{
    struct loudness_filter f = *filter;
    loudness_pair sum = {0};

    for (int64_t i = 0; i < n; i++) {
        loudness_pair in = {pairs[2 * i], pairs[2 * i + 1]},
                      before[2] = {f.shelved[0], f.shelved[1]};
        loudness_pair shelved = loudness_biquad(&head_shelf, in, f.in, f.shelved);
        loudness_pair out = loudness_biquad(&high_pass, shelved, before, f.weighted);

        loudness_shift(f.in, in);
        sum += out * out;
    }
    loudness_flush_denormals(f.shelved);
    loudness_flush_denormals(f.weighted);
    *filter = f;
    return sum[0] + sum[1];
}

/* --- gating --- */

static double loudness_lufs(double mean_square)
{
    return -0.691 + 10 * log10(mean_square);
}

/* The mean square of all gating blocks of `gate` blocks whose mean square is above `least`; 0:
 * there are none. */
static double loudness_mean_above(const double *blocks, int64_t n, int64_t gate, double least)
{
    double sum = 0;
    int64_t count = 0;

    for (int64_t i = 0; i + gate <= n; i++) {
        double mean = 0;

        for (int64_t k = 0; k < gate; k++)
            mean += blocks[i + k] / (double)gate;
        if (mean <= least)
            continue;
        sum += mean;
        count++;
    }
    return count ? sum / (double)count : 0;
}

double loudness_integrated(const double *blocks, int64_t n)
{
    int64_t gate = n < GATE_BLOCKS ? n : GATE_BLOCKS;
    double mean =
        gate ? loudness_mean_above(blocks, n, gate, pow(10, (gate_lufs + 0.691) / 10)) : 0;

    /* The relative gate: 10 LU below the mean. */
    return mean > 0 ? loudness_lufs(loudness_mean_above(blocks, n, gate, mean / 10)) : -INFINITY;
}
