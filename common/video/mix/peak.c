/* peak.c - see peak.h.  A windowed sinc at each quarter between two samples. */
#include "video/mix/peak.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { BEFORE = 2 * (PEAK_TAPS - 1) };

/* --- the filters --- */

static double peak_tap(double distance)
{
    const double half = PEAK_TAPS / 2.0;

    return sin(M_PI * distance) / (M_PI * distance) * (0.5 + 0.5 * cos(M_PI * distance / half));
}

static float peak_tap_sum(const float taps[PEAK_TAPS])
{
    float sum = 0;

    for (int t = 0; t < PEAK_TAPS; t++)
        sum += fabsf(taps[t]);
    return sum;
}

void peak_init(struct peak *ret_peak)
{
    *ret_peak = (struct peak){0};
    for (int p = 0; p < PEAK_BETWEEN; p++) {
        double at = PEAK_TAPS / 2 - 1 + (p + 1) / (PEAK_BETWEEN + 1.0), sum = 0;

        for (int t = 0; t < PEAK_TAPS; t++)
            sum += peak_tap(t - at);
        for (int t = 0; t < PEAK_TAPS; t++)
            ret_peak->taps[p][t] = (float)(peak_tap(t - at) / sum);
        ret_peak->overshoot = fmaxf(ret_peak->overshoot, peak_tap_sum(ret_peak->taps[p]));
    }
}

/* --- the highest value, as the bits of a positive float: those sort as the floats do, and the
 * compiler compares eight at once --- */

static inline int32_t peak_higher(int32_t max, float value)
{
    int32_t bits;

    memcpy(&bits, &value, sizeof bits);
    bits &= 0x7FFFFFFF;
    return bits > max ? bits : max;
}

static float peak_from_bits(int32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float peak_highest_sample(const float *pairs, int n)
{
    int32_t max = 0;

    for (int i = 0; i < 2 * n; i++)
        max = peak_higher(max, pairs[i]);
    return peak_from_bits(max);
}

/* The highest of `n` interpolated values; `step` is 2 for pairs, 1 for one channel alone. */
static inline int32_t peak_interpolate(
    const float *restrict taps, const float *restrict samples, int n, int step)
{
    int32_t max = 0;

    for (int i = 0; i < n; i++) {
        float value = 0;

        for (int t = 0; t < PEAK_TAPS; t++)
            value += taps[t] * samples[i + step * t];
        max = peak_higher(max, value);
    }
    return max;
}

/* --- pairs --- */

/* Whether left and right are the same, as in every synthesized voice. */
static bool peak_is_mono(const float *pairs, int n)
{
    uint64_t differ = 0;

    for (int i = 0; i < n; i++) {
        uint64_t pair;

        memcpy(&pair, pairs + 2 * i, sizeof pair);
        differ |= pair ^ pair >> 32;
    }
    return (uint32_t)differ == 0;
}

/* Packs the left channel at the start of `pairs`. */
static void peak_pack_left(float *pairs, int n)
{
    for (int i = 0; i < n; i++)
        pairs[i] = pairs[2 * i];
}

/* The highest interpolated value of `n` pairs that stand behind those before them in `samples`,
 * which it may overwrite. */
static int32_t peak_between(const struct peak *peak, float *samples, int n)
{
    bool is_mono = peak_is_mono(samples, BEFORE / 2 + n);
    int32_t max = 0;

    if (is_mono)
        peak_pack_left(samples, BEFORE / 2 + n);
    for (int p = 0; p < PEAK_BETWEEN; p++) {
        int32_t here = is_mono ? peak_interpolate(peak->taps[p], samples, n, 1)
                               : peak_interpolate(peak->taps[p], samples, 2 * n, 2);

        max = here > max ? here : max;
    }
    return max;
}

float peak_measure(struct peak *peak, const float *pairs, int n)
{
    float samples[BEFORE + 2 * PEAK_PIECE], before = peak->sample_peak, bound, exact;

    assert(n <= PEAK_PIECE);
    memcpy(samples, peak->last, sizeof peak->last);
    memcpy(samples + BEFORE, pairs, (size_t)n * 2 * sizeof *pairs);
    memcpy(peak->last, samples + 2 * n, sizeof peak->last);
    peak->sample_peak = peak_highest_sample(pairs, n);
    bound = peak->overshoot * fmaxf(before, peak->sample_peak);
    if (bound <= PEAK_RANGE * peak->highest)
        return bound;
    exact = fmaxf(peak->sample_peak, peak_from_bits(peak_between(peak, samples, n)));
    peak->highest = fmaxf(peak->highest, exact);
    return exact;
}
