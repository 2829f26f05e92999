#include "base/map.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct map_entry {
    const char *key; /* `text`, but of a wanted key the caller's */
    void *item;
    char text[];
};

static int map_compare(const void *a, const void *b)
{
    return strcmp(((const struct map_entry *)a)->key, ((const struct map_entry *)b)->key);
}

static struct map_entry *map_find(const struct map *map, const char *key)
{
    struct map_entry wanted = {.key = key};
    struct map_entry **node = tfind(&wanted, &map->root, map_compare);

    return node ? *node : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    const struct map_entry *entry = map_find(map, key);

    return entry ? entry->item : NULL;
}

void map_put(struct map *map, const char *key, void *item)
{
    size_t size = strlen(key) + 1;
    struct map_entry *entry = mem_zero(1, sizeof *entry + size), **node;

    memcpy(entry->text, key, size);
    entry->key = entry->text;
    entry->item = item;
    node = mem_there(tsearch(entry, &map->root, map_compare));
    assert(*node == entry);
    map->n++;
}

/* tdelete() frees its node only. */
static void *map_take(struct map *map, struct map_entry *entry)
{
    void *item = entry->item;

    tdelete(entry, &map->root, map_compare);
    free(entry);
    map->n--;
    return item;
}

void *map_remove(struct map *map, const char *key)
{
    struct map_entry *entry = map_find(map, key);

    return entry ? map_take(map, entry) : NULL;
}

struct map_walk {
    void (*each)(void *ctx, void *item);
    void *ctx;
};

static void map_visit(const void *node, VISIT visit, void *ctx)
{
    const struct map_walk *walk = ctx;

    if (visit == postorder || visit == leaf) /* "postorder" is between the two children */
        walk->each(walk->ctx, (*(struct map_entry *const *)node)->item);
}

void map_each(const struct map *map, void (*each)(void *ctx, void *item), void *ctx)
{
    twalk_r(map->root, map_visit, &(struct map_walk){each, ctx});
}

void map_clear(struct map *map, void (*free_item)(void *item))
{
    while (map->root) {
        void *item = map_take(map, *(struct map_entry **)map->root);

        if (free_item)
            free_item(item);
    }
}
