/* source.h - where the samples of a scene's sound are: speech in a spool, other sound in its file.
 * A file is read once to measure it and again to mix it, so its samples are never stored; speech is
 * stored as small as espeak-ng gave it.  Every reader of a source gets the same samples.  Any
 * thread; one thread at a time for each reader. */
#pragma once

#include <stdatomic.h>

#include "video/kept/spool.h"
#include "video/media/media.h"
#include "video/mix/levels.h"

struct source {
    const char *file; /* below the media root; NULL: the spool.  Both the caller's */
    struct media *media; /* of `file` */

    const struct spool *spool; /* the caller's */
    int64_t from, n;           /* samples of all channels */
    int rate, channels;        /* Hz; 1 or 2 */
};

struct source_reader;

/* `source` and `cancel` (may be NULL) stay the caller's until source_close().  Errors: those of
 * media_sound_open(). */
int source_open(const struct source *source, const atomic_bool *cancel,
    struct source_reader **ret_reader, struct error *err);
void source_close(struct source_reader *reader); /* takes NULL */

/* Reads the next `n` left-right pairs at 48 kHz and returns their number: fewer at the end.
 * Errors: those of media_sound_read(); -ERR_IO: the spool can't be read. */
int source_read(struct source_reader *reader, float *pairs, int n, struct error *err);

/* Reads all of it: `*ret_n` samples of each channel and their levels, which the caller frees.
 * Errors as above. */
int source_measure(const struct source *source, const atomic_bool *cancel, int64_t *ret_n,
    struct levels *ret_levels, struct error *err);
