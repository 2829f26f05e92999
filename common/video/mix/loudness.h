/* loudness.h - loudness as ITU-R BS.1770-4 and EBU R 128 define it: weighted by frequency as the
 * ear does (K-weighting), with silence and long quiet passages left out (gating).  48 kHz stereo,
 * interleaved left-right pairs, 1.0 is full scale.  Any thread; a filter belongs to one thread at a
 * time. */
#pragma once

#include <stdint.h>

enum { LOUDNESS_BLOCK = 4800 }; /* samples: 100 ms, a quarter of the standard's gating block */

typedef double loudness_pair __attribute__((vector_size(16))); /* left, right */

/* State of the K-weighting: the last two samples before, between and behind its two filters.  All
 * zero at the start of a sound. */
struct loudness_filter {
    loudness_pair in[2], shelved[2], weighted[2];
};

/* The sum of the squares of the next `n` samples, K-weighted, over both channels. */
double loudness_energy(struct loudness_filter *filter, const float *pairs, int64_t n);

/* The integrated loudness in LUFS (BS.1770-4, equations 2 to 7) of `n` consecutive blocks, each
 * given as its energy / LOUDNESS_BLOCK.  Fewer than the four blocks that one gating block spans
 * count as one gating block.  -INFINITY: silence. */
double loudness_integrated(const double *blocks, int64_t n);
