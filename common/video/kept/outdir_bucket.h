/* outdir_bucket.h - an output folder on S3: what outdir.c calls if the folder has an address. Files
 * are made in a folder of this machine alone, and put under their names when they are complete. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "video/kept/outdir.h"

enum { OUTDIR_PATIENCE_MS = 30000 /* storage may be away for so long */ };

int bucket_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);

/* As outdir_grow(): where the object holds more already, nothing is put. */
int bucket_grow(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);

/* `fd`: the complete file. */
int bucket_write_file(const struct outdir *dir, const char *name, int fd, struct error *err);

int bucket_read(const struct outdir *dir, const char *name, int64_t len_max, struct buf *ret_data,
    struct error *err);

/* False: it does not exist, or the storage does not answer. */
bool bucket_remove(const struct outdir *dir, const char *name);

/* As outdir_length(). */
int64_t bucket_length(const char *address, const char *name, int patience_ms);
