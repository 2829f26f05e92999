/* peak.c - see peak.h.  A windowed sinc at each quarter between two samples. */
#include "video/mix/peak.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { BEFORE = 2 * (PEAK_TAPS - 1) };

static double tap_at(double distance)
{
    const double half = PEAK_TAPS / 2.0;

    return sin(M_PI * distance) / (M_PI * distance) * (0.5 + 0.5 * cos(M_PI * distance / half));
}

static float sizes(const float taps[PEAK_TAPS])
{
    float sum = 0;

    for (int t = 0; t < PEAK_TAPS; t++)
        sum += fabsf(taps[t]);
    return sum;
}

void peak_init(struct peak *peak)
{
    *peak = (struct peak){0};
    for (int p = 0; p < PEAK_BETWEEN; p++) {
        double at = PEAK_TAPS / 2 - 1 + (p + 1) / (PEAK_BETWEEN + 1.0), sum = 0;

        for (int t = 0; t < PEAK_TAPS; t++)
            sum += tap_at(t - at);
        for (int t = 0; t < PEAK_TAPS; t++)
            peak->taps[p][t] = (float)(tap_at(t - at) / sum);
        peak->rise = fmaxf(peak->rise, sizes(peak->taps[p]));
    }
}

/* The higher of `most` and a value's size, both as the bits of a positive float: those sort as the
 * floats do, and the compiler computes eight at once. */
static inline int32_t higher(int32_t most, float value)
{
    int32_t bits;

    memcpy(&bits, &value, sizeof bits);
    bits &= 0x7FFFFFFF;
    return bits > most ? bits : most;
}

/* Of `n` values, each between samples that are `step` apart. */
static inline int32_t between(
    const float *restrict taps, const float *restrict samples, int n, int step)
{
    int32_t most = 0;

    for (int i = 0; i < n; i++) {
        float value = 0;

        for (int t = 0; t < PEAK_TAPS; t++)
            value += taps[t] * samples[i + step * t];
        most = higher(most, value);
    }
    return most;
}

/* Is the same to be heard left and right, as of every voice? */
static bool are_alike(const float *pairs, int n)
{
    uint64_t differ = 0;

    for (int i = 0; i < n; i++) {
        uint64_t pair;

        memcpy(&pair, pairs + 2 * i, sizeof pair);
        differ |= pair ^ pair >> 32;
    }
    return (uint32_t)differ == 0;
}

static void take_left(float *pairs, int n)
{
    for (int i = 0; i < n; i++)
        pairs[i] = pairs[2 * i];
}

static float from_bits(int32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float highest(const float *pairs, int n)
{
    int32_t most = 0;

    for (int i = 0; i < 2 * n; i++)
        most = higher(most, pairs[i]);
    return from_bits(most);
}

/* The highest of what lies between `n` pairs and those before them, which it may change. */
static int32_t search(const struct peak *peak, float *samples, int n)
{
    bool alike = are_alike(samples, BEFORE / 2 + n);
    int32_t most = 0;

    if (alike)
        take_left(samples, BEFORE / 2 + n);
    for (int p = 0; p < PEAK_BETWEEN; p++) {
        int32_t here = alike ? between(peak->taps[p], samples, n, 1)
                             : between(peak->taps[p], samples, 2 * n, 2);

        most = here > most ? here : most;
    }
    return most;
}

float peak_of(struct peak *peak, const float *pairs, int n)
{
    float samples[BEFORE + 2 * PEAK_PIECE], before = peak->high, bound, exact;

    assert(n <= PEAK_PIECE);
    memcpy(samples, peak->last, sizeof peak->last);
    memcpy(samples + BEFORE, pairs, (size_t)n * 2 * sizeof *pairs);
    memcpy(peak->last, samples + 2 * n, sizeof peak->last);
    peak->high = highest(pairs, n);
    bound = peak->rise * fmaxf(before, peak->high);
    if (bound <= PEAK_RANGE * peak->highest)
        return bound;
    exact = fmaxf(peak->high, from_bits(search(peak, samples, n)));
    peak->highest = fmaxf(peak->highest, exact);
    return exact;
}
