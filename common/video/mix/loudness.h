/* loudness.h - how loud something is, as ITU-R BS.1770-4 and EBU R 128 have it: weighted as the ear
 * does, silence and long quiet passages left out.  48 kHz stereo, interleaved.  Pure; a weigher
 * belongs to one thread at a time. */
#pragma once

#include <stdint.h>

enum { LOUDNESS_BLOCK = 4800 }; /* samples: 100 ms, a quarter of what is gated at once */

typedef double loudness_pair __attribute__((vector_size(16))); /* left, right */

/* The last two samples before, between and behind the two filters; all zero is a fresh one. */
struct loudness_weigher {
    loudness_pair in[2], shelved[2], weighed[2];
};

/* The sum of the squares of `n` weighted samples, both channels together. */
double loudness_weigh(struct loudness_weigher *weigher, const float *pairs, int64_t n);

/* LUFS of blocks that follow each other, each the mean of its weighted squares; -INFINITY: nothing
 * that can be heard.  Fewer blocks than the four that are gated at once are taken as they are. */
double loudness_gated(const double *blocks, int64_t n);
