/* envelope.h - a gain that changes with time: a value every 5 ms (at 48 kHz), linear between them.
 * Pure: any thread. */
#pragma once

#include <stdint.h>

enum { ENVELOPE_STEP = 240 }; /* samples of each channel */

/* The number of values that an envelope over `n_samples` has: one at the start of each step, and
 * one after the last. */
static inline int64_t envelope_length(int64_t n_samples)
{
    return (n_samples + ENVELOPE_STEP - 1) / ENVELOPE_STEP + 1;
}

/* Multiplies `n` left-right pairs by the envelope; the first pair is its sample `at`. */
void envelope_apply(const float *envelope, int64_t at, float *pairs, int64_t n);
