/* levels.c - see levels.h. */
#include "video/mix/levels.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { STEPS_A_BLOCK = LOUDNESS_BLOCK / ENVELOPE_STEP };

void levels_open(struct levels_meter *ret_meter)
{
    *ret_meter = (struct levels_meter){0};
    peak_init(&ret_meter->peak);
}

static void end_step(struct levels_meter *meter)
{
    struct levels *levels = &meter->levels;

    if (levels->n == meter->room) {
        meter->room = meter->room ? 2 * meter->room : 1024;
        levels->squares = mem_grow(levels->squares, (size_t)meter->room, sizeof(float));
        levels->highs = mem_grow(levels->highs, (size_t)meter->room, sizeof(float));
        levels->peaks = mem_grow(levels->peaks, (size_t)meter->room, sizeof(float));
    }
    levels->squares[levels->n] = (float)loudness_weigh(&meter->weigher, meter->step, meter->n_step);
    levels->peaks[levels->n] = peak_of(&meter->peak, meter->step, meter->n_step);
    levels->highs[levels->n] = meter->peak.high;
    levels->n++;
    meter->n_step = 0;
}

void levels_add(struct levels_meter *meter, const float *pairs, int64_t n)
{
    meter->n_samples += n;
    while (n > 0) {
        int64_t room = ENVELOPE_STEP - meter->n_step, piece = n < room ? n : room;

        memcpy(meter->step + 2 * meter->n_step, pairs, (size_t)piece * 2 * sizeof *pairs);
        meter->n_step += (int)piece;
        pairs += 2 * piece;
        n -= piece;
        if (meter->n_step == ENVELOPE_STEP)
            end_step(meter);
    }
}

struct levels levels_end(struct levels_meter *meter)
{
    if (meter->n_step)
        end_step(meter);
    return meter->levels;
}

void levels_free(struct levels *levels)
{
    free(levels->squares);
    free(levels->highs);
    free(levels->peaks);
    *levels = (struct levels){0};
}

/* What is left behind the last whole block counts only if it is all there is. */
double levels_loudness(const struct levels *levels, int64_t n_samples)
{
    int64_t whole = n_samples / LOUDNESS_BLOCK, n = whole ? whole : n_samples > 0;
    double *blocks = mem_new_n((size_t)n + 1, double), loudness;

    for (int64_t i = 0; i < levels->n && i / STEPS_A_BLOCK < n; i++)
        blocks[i / STEPS_A_BLOCK] +=
            levels->squares[i] / (double)(whole ? LOUDNESS_BLOCK : n_samples);
    loudness = loudness_gated(blocks, n);
    free(blocks);
    return loudness;
}
