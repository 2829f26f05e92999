/* cache.h - what was made once, kept under the digest of all that shaped it.  Any thread.
 *
 * A folder of files that several processes share.  It only ever saves work: what can't be kept or
 * read is made again, so nothing here fails a job.  An entry is checked when it is read (a crash, a
 * full disk or a bad sector leaves a file that is shorter or other than what was kept) and removed
 * if it is not what it says; so keeping needs no fsync.  What has not been used for the longest
 * time goes first when the folder has grown beyond its limit. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

struct cache {
    /* fixed after cache_open() */
    int fd; /* of the folder; -1: nothing is kept and nothing is found */
    int64_t bytes_max;
    /* any thread */
    _Atomic int64_t bytes_added; /* since this cache last looked how large the folder is */
};

/* Makes the folder if it is not there.  `path` NULL or `bytes_max` 0: a cache that keeps nothing.
 * -ERR_IO names the folder; the cache then keeps nothing, too. */
int cache_open(const char *path, int64_t bytes_max, struct cache *ret_cache, struct error *err);
void cache_close(struct cache *cache);

/* What was kept under `digest` (64 hex digits); the caller frees `*ret_data`.  False: nothing, or
 * nothing good, and `*ret_data` is as it was. */
bool cache_find(const struct cache *cache, const char *digest, struct buf *ret_data);

/* Keep a copy.  An entry larger than an eighth of the limit is not kept. */
void cache_keep(struct cache *cache, const char *digest, const void *data, size_t len);
