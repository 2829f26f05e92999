/* envelope.h - a gain that changes with time: a value every five milliseconds, straight lines
 * between them.  Pure. */
#pragma once

#include <stdint.h>

enum { ENVELOPE_STEP = 240 }; /* samples */

/* Values that an envelope over `n_samples` has: one at the start of each step, one after the last.
 */
static inline int64_t envelope_length(int64_t n_samples)
{
    return (n_samples + ENVELOPE_STEP - 1) / ENVELOPE_STEP + 1;
}

/* Multiplies `n` left-right pairs, the first of which is sample `at` of the whole. */
void envelope_apply(const float *envelope, int64_t at, float *pairs, int64_t n);
