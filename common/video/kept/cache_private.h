/* cache_private.h - what the files of the cache share: cache.c reads and writes entries,
 * cache_prune.c removes old ones. */
#pragma once

#include "video/kept/cache.h"

#define CACHE_SUFFIX ".part" /* of temporary files */

enum { CACHE_PRUNE_SHARE = 16 /* the folder is pruned after this share of the limit was added */ };

/* One process prunes at a time; the others skip it. */
void cache_prune(struct cache *cache);
