/* cache_private.h - what the files of the cache share: cache.c reads and writes entries,
 * cache_prune.c removes old ones, cache_check.c reads all. */
#pragma once

#include "video/kept/cache.h"

#define CACHE_SUFFIX ".part" /* of temporary files */

enum { CACHE_PRUNE_SHARE = 16 /* the folder is pruned after this share of the limit was added */ };

bool cache_is_entry_name(const char *name);

/* An entry of at most `bytes_max` bytes.  True: it has its sum, and the caller frees `*ret_data`.
 */
bool cache_read_entry(int fd, const char *digest, int64_t bytes_max, struct buf *ret_data);

/* One process prunes at a time; the others skip it. */
void cache_prune(struct cache *cache);
