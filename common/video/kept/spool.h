/* spool.h - samples that are too many for memory: appended to a nameless file, read back anywhere.
 * 16 bits each, as they were spoken.  One thread at a time writes; reading is safe on any. */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct spool {
    int fd;
    int64_t n; /* samples, of all channels together */
};

/* The file lies in `dir` and has no name: it is gone with the process, however that ends. */
int spool_open(const char *dir, struct spool *ret_spool, struct error *err);
void spool_close(struct spool *spool);

int spool_add(struct spool *spool, const int16_t *samples, int64_t n, struct error *err);
int spool_read(
    const struct spool *spool, int64_t at, int16_t *samples, int64_t n, struct error *err);
