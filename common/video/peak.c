/* peak.c - see peak.h.  A windowed sinc at each quarter between two samples. */
#include "video/peak.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { BEFORE = 2 * (PEAK_TAPS - 1) };

static double tap_at(double distance)
{
    const double half = PEAK_TAPS / 2.0;

    return sin(M_PI * distance) / (M_PI * distance) * (0.5 + 0.5 * cos(M_PI * distance / half));
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

static int32_t between(const float *restrict taps, const float *restrict samples, int n)
{
    int32_t most = 0;

    for (int i = 0; i < n; i++) {
        float value = 0;

        for (int t = 0; t < PEAK_TAPS; t++)
            value += taps[t] * samples[i + 2 * t];
        most = higher(most, value);
    }
    return most;
}

float peak_of(struct peak *peak, const float *pairs, int n)
{
    float samples[BEFORE + 2 * PEAK_PIECE], highest;
    int32_t most = 0;

    assert(n <= PEAK_PIECE);
    memcpy(samples, peak->last, sizeof peak->last);
    memcpy(samples + BEFORE, pairs, (size_t)n * 2 * sizeof *pairs);
    memcpy(peak->last, samples + 2 * n, sizeof peak->last);
    for (int i = 0; i < 2 * n; i++)
        most = higher(most, pairs[i]);
    for (int p = 0; p < PEAK_BETWEEN; p++) {
        int32_t here = between(peak->taps[p], samples, 2 * n);

        most = here > most ? here : most;
    }
    memcpy(&highest, &most, sizeof highest);
    return highest;
}
