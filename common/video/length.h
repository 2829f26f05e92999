/* length.h - the lengths of scenes' sounds as the cache keeps them, so that a plan need not read
 * them again.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "case/case.h"
#include "video/kept/cache.h"
#include "video/media/media.h"

/* The digest of all that decides the length of a scene's sound: the text and the voices, or which
 * file it is and its state.  False: the voices can't be told from others. */
bool length_key(const struct scene *scene, const char *language, struct media *media,
    char ret_key[static DIGEST_HEX_LEN + 1]);

/* Samples at TIMELINE_RATE.  False: it is not kept. */
bool length_find(struct cache *cache, const char *key, int64_t *ret_n);
void length_keep(struct cache *cache, const char *key, int64_t n);
