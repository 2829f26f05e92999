/* source.h - the sound of one scene, wherever its samples are: spoken ones in a spool, others in
 * their file, which is read again when it is mixed.  So nothing that can be read twice is kept, and
 * what was spoken is kept as small as it came.
 *
 * Whoever reads it from start to end gets the same 48 kHz left-right pairs every time.  Any thread,
 * one reader each. */
#pragma once

#include <stdatomic.h>

#include "video/kept/spool.h"
#include "video/mix/levels.h"

struct source {
    const char *file; /* beneath `root_fd`; NULL: a spool.  Both the caller's */
    int root_fd;

    const struct spool *spool; /* the caller's */
    int64_t from, n;           /* samples of all channels */
    int rate, channels;        /* 1 or 2 */
};

struct source_reader;

int source_open(const struct source *source, const atomic_bool *cancel,
    struct source_reader **ret_reader, struct error *err);
void source_close(struct source_reader *reader); /* takes NULL */

/* The next `n` left-right pairs; returns how many there were: fewer at the end. */
int source_read(struct source_reader *reader, float *pairs, int n, struct error *err);

/* Hears all of it: `*ret_n` samples of each channel.  The caller frees the levels. */
int source_measure(const struct source *source, const atomic_bool *cancel, int64_t *ret_n,
    struct levels *ret_levels, struct error *err);
