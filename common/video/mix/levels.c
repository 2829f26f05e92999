/* levels.c - see levels.h. */
#include "video/mix/levels.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void levels_open(struct levels_meter *ret_meter)
{
    *ret_meter = (struct levels_meter){0};
    peak_init(&ret_meter->peak);
}

static void levels_end_step(struct levels_meter *meter)
{
    struct levels *levels = &meter->levels;

    if (levels->n == meter->capacity) {
        meter->capacity = meter->capacity ? 2 * meter->capacity : 1024;
        levels->energy = mem_grow(levels->energy, (size_t)meter->capacity, sizeof(float));
        levels->sample_peaks =
            mem_grow(levels->sample_peaks, (size_t)meter->capacity, sizeof(float));
        levels->true_peaks = mem_grow(levels->true_peaks, (size_t)meter->capacity, sizeof(float));
    }
    levels->energy[levels->n] = (float)loudness_energy(&meter->filter, meter->step, meter->n_step);
    levels->true_peaks[levels->n] = peak_measure(&meter->peak, meter->step, meter->n_step);
    levels->sample_peaks[levels->n] = meter->peak.sample_peak;
    levels->n++;
    meter->n_step = 0;
}

void levels_add(struct levels_meter *meter, const float *pairs, int64_t n)
{
    meter->n_samples += n;
    while (n > 0) {
        int64_t left = ENVELOPE_STEP - meter->n_step, piece = n < left ? n : left;

        memcpy(meter->step + 2 * meter->n_step, pairs, (size_t)piece * 2 * sizeof *pairs);
        meter->n_step += (int)piece;
        pairs += 2 * piece;
        n -= piece;
        if (meter->n_step == ENVELOPE_STEP)
            levels_end_step(meter);
    }
}

struct levels levels_end(struct levels_meter *meter)
{
    if (meter->n_step)
        levels_end_step(meter);
    return meter->levels;
}

void levels_free(struct levels *levels)
{
    free(levels->energy);
    free(levels->sample_peaks);
    free(levels->true_peaks);
    *levels = (struct levels){0};
}

/* A last block that is not complete counts only if it is the only one. */
double levels_loudness(const struct levels *levels, int64_t n_samples)
{
    int64_t whole = n_samples / LOUDNESS_BLOCK, n = whole ? whole : n_samples > 0;
    double *blocks = mem_new_n((size_t)n + 1, double), loudness;

    for (int64_t i = 0; i < levels->n && i / LEVELS_A_BLOCK < n; i++)
        blocks[i / LEVELS_A_BLOCK] +=
            levels->energy[i] / (double)(whole ? LOUDNESS_BLOCK : n_samples);
    loudness = loudness_integrated(blocks, n);
    free(blocks);
    return loudness;
}
