/* mix.h - the sound of the whole video: every scene's at its time, at an even loudness.  One thread
 * at a time. */
#pragma once

#include <stdatomic.h>

#include "video/limiter.h"
#include "video/spool.h"

#define MIX_LOUDNESS -16.0 /* LUFS, integrated: what podcasts and players on the web agree on */
/* Peak of the samples.  The true peak between samples, and what AAC adds to it, must stay under -1
 * dBTP. */
#define MIX_PEAK_DB -2.5

struct mix_part {
    int64_t at;      /* sample on the timeline; parts are in order and do not overlap */
    int64_t from, n; /* samples in the spool */
};

struct mix {
    const struct spool *spool;    /* the caller's */
    const struct mix_part *parts; /* the caller's */
    int n_parts;
    int64_t n_samples; /* of the whole video */
    int64_t read;      /* samples mix_read() gave */
    int64_t fed;       /* samples that went into the limiter */
    int part;          /* the first that is not over */
    struct limiter limiter;
};

/* Measures all of it, to know the gain. */
int mix_open(const struct spool *spool, const struct mix_part *parts, int n_parts,
    int64_t n_samples, const atomic_bool *cancel, struct mix *ret_mix, struct error *err);

/* The next `n` samples, which must be there. */
int mix_read(struct mix *mix, float *samples, int64_t n, struct error *err);
