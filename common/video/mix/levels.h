/* levels.h - how loud and how high a sound is, every five milliseconds: all that must be known of
 * it to plan gains and to find its pauses, in a thousandth of its size.  48 kHz stereo,
 * interleaved. One thread at a time. */
#pragma once

#include <stdint.h>

#include "video/mix/envelope.h"
#include "video/mix/loudness.h"
#include "video/mix/peak.h"

struct levels {
    int64_t n;      /* steps of ENVELOPE_STEP samples; the last may be short */
    float *squares; /* sum of the weighted squares in each */
    float *highs;   /* the highest sample in each */
    float *peaks;   /* the same, between samples too; see peak.h for quiet ones */
};

/* While a sound is heard. */
struct levels_meter {
    struct levels levels;
    int64_t room; /* steps */
    struct loudness_weigher weigher;
    struct peak peak;
    float step[2 * ENVELOPE_STEP];
    int n_step; /* samples in it */
    int64_t n_samples;
};

void levels_open(struct levels_meter *ret_meter);
void levels_add(struct levels_meter *meter, const float *pairs, int64_t n);
/* That was all.  The caller frees the levels. */
struct levels levels_end(struct levels_meter *meter);

void levels_free(struct levels *levels); /* takes a zeroed one */

/* LUFS; -INFINITY: nothing that can be heard. */
double levels_loudness(const struct levels *levels, int64_t n_samples);
