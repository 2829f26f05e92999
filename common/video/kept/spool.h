/* spool.h - 16-bit samples on disk, because a long narration does not fit into memory.  Samples are
 * appended to a file without a name and read at any position.  One thread at a time appends; any
 * thread reads what was appended before. */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct spool {
    int fd;
    int64_t n; /* samples, of all channels together */
};

/* Create the file in the folder `dir`.  It has no name, so it vanishes with the process.  -ERR_IO
 * names the folder. */
int spool_open(const char *dir, struct spool *ret_spool, struct error *err);
void spool_close(struct spool *spool);

/* Append `n` samples.  -ERR_IO: the disk is full, or fails. */
int spool_add(struct spool *spool, const int16_t *samples, int64_t n, struct error *err);

/* Read `n` samples from position `at` (samples from the start).  -ERR_IO: they can't be read. */
int spool_read(
    const struct spool *spool, int64_t at, int16_t *samples, int64_t n, struct error *err);
