/* map.h - items under texts, as a balanced tree.  `struct map m = {0}` is an empty one.  A map
 * belongs to one thread at a time; the items belong to the caller. */
#pragma once

#include <stddef.h>

struct map {
    void *root; /* of tsearch() */
    size_t n;   /* items */
};

/* The item under `key`, or NULL. */
void *map_get(const struct map *map, const char *key);

/* Put `item` (not NULL) under `key`, which is copied and must not be in the map. */
void map_put(struct map *map, const char *key, void *item);

/* Take the item under `key` out of the map and return it; NULL if there is none. */
void *map_remove(struct map *map, const char *key);

/* Call `each` for every item in the order of the keys' bytes.  `each` must not change the map. */
void map_each(const struct map *map, void (*each)(void *ctx, void *item), void *ctx);

/* Empty the map, and call `free_item` (NULL: nothing) for every item. */
void map_clear(struct map *map, void (*free_item)(void *item));
