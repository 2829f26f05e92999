/* cache.h - cache entries: finished results, each under the digest of all its inputs.  Any thread,
 * any number of processes.
 *
 * The cache is a folder of files.  It only saves work: an entry that can't be written or read is
 * computed again, so a fault of the cache fails no job.  An entry carries a checksum (BLAKE2b) and
 * is checked when it is read; a damaged one (crash, full disk, bad sector) is removed.  So writing
 * needs no fsync.  When the folder exceeds its limit, the least recently used entries are removed.
 *
 * Machines share a cache on S3-compatible storage: it stands behind a folder of each machine.  What
 * is not in the folder is looked for there, and what is written goes to both.  While the storage
 * fails, the folder alone is used.  The storage's own rules remove old entries.
 *
 * Room: files on the disk: cache entries, output folder, spools; and the digest of the engine.
 * May use: base, s3.
 * Used by: cli, fcgi/kind, video, video/canary, video/deliver, video/film, video/language,
 * video/mix, video/soundtrack, video/voice. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

struct cache {
    /* fixed after cache_open() */
    int fd; /* of the folder; -1: the cache is off, it keeps and finds nothing */
    int64_t bytes_max;
    const char *address;       /* on S3, of what all machines share; NULL: nothing */
    const atomic_bool *cancel; /* the caller's: ends a transfer; NULL: none is ended */
    /* atomic: any thread */
    _Atomic int64_t bytes_added;    /* since this process last pruned the folder */
    _Atomic int64_t alone_until_ms; /* monotonic: the storage has failed, and is not asked before */
};

/* Open the folder `path`; create it (mode 0700) if it does not exist.  `path` may be an address of
 * S3 (the caller's, checked by s3_start()): the folder is then CASECAST_RUN/cache.  `bytes_max`:
 * the limit of all entries together.  `path` NULL or `bytes_max` 0: the cache is off.  -ERR_IO
 * names the folder; the cache is off, too, and can be used and closed. */
int cache_open(const char *path, int64_t bytes_max, struct cache *ret_cache, struct error *err);
void cache_close(struct cache *cache);

/* Read the entry `digest` (64 hex digits).  True: the caller frees `*ret_data`.  False: no valid
 * entry, `*ret_data` is unchanged. */
bool cache_find(struct cache *cache, const char *digest, struct buf *ret_data);

/* Write a copy of `len` bytes as the entry `digest`.  An entry larger than an eighth of the limit
 * is not written. */
void cache_put(struct cache *cache, const char *digest, const void *data, size_t len);

/* Reads every entry of the folder `path`, and changes nothing: no time of last use, either.
 * `damaged` gets the name of each that has not the bytes that it was written with.  Returns how
 * many there are; -ERR_IO: the folder can't be read. */
int64_t cache_check(
    const char *path, void (*damaged)(void *ctx, const char *name), void *ctx, struct error *err);
