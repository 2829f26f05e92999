/* levels.h - energy and peaks of a sound for every 5 ms: enough to plan gains and to find pauses,
 * in a thousandth of the sound's size.  48 kHz stereo, interleaved left-right pairs, 1.0 is full
 * scale.  One thread at a time for each meter; levels that don't change may be read on any. */
#pragma once

#include <stdint.h>

#include "video/mix/envelope.h"
#include "video/mix/loudness.h"
#include "video/mix/peak.h"

enum { LEVELS_A_BLOCK = LOUDNESS_BLOCK / ENVELOPE_STEP }; /* steps */

struct levels {
    int64_t n;           /* steps of ENVELOPE_STEP samples; the last may be shorter */
    float *energy;       /* of each step: loudness_energy() */
    float *sample_peaks; /* the highest sample */
    float *true_peaks;   /* the highest value at and between samples; see peak.h for quiet steps */
};

/* Collects the levels of a sound that is read once from start to end. */
struct levels_meter {
    struct levels levels;
    int64_t capacity; /* of its arrays, in steps */
    struct loudness_filter filter;
    struct peak peak;
    float step[2 * ENVELOPE_STEP]; /* the step that is not complete */
    int n_step;                    /* samples in it */
    int64_t n_samples;             /* in all */
};

void levels_open(struct levels_meter *ret_meter);
void levels_add(struct levels_meter *meter, const float *pairs, int64_t n);
/* Ends the last step.  The caller frees the levels; the meter needs nothing more. */
struct levels levels_end(struct levels_meter *meter);

void levels_free(struct levels *levels); /* also one that is all zero */

/* The integrated loudness in LUFS of a sound of `n_samples`; -INFINITY: silence. */
double levels_loudness(const struct levels *levels, int64_t n_samples);
