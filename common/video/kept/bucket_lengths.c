/* bucket_lengths.c - see bucket_lengths.h. */
#include "video/kept/bucket_lengths.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum { KNOWN_MS = 60000, KNOWN_MAX = 4096 };

struct known {
    int64_t len, until_ms;
};

static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static struct map known; /* under known_lock: by "ADDRESS/NAME" */

bool bucket_length_find(const char *address, const char *name, int64_t *ret_len)
{
    char *key = mem_format("%s/%s", address, name);
    struct known *one;
    bool is_known;

    pthread_mutex_lock(&known_lock);
    one = map_get(&known, key);
    is_known = one && clock_monotonic_ms() < one->until_ms;
    if (is_known)
        *ret_len = one->len;
    pthread_mutex_unlock(&known_lock);
    free(key);
    return is_known;
}

void bucket_length_put(const char *address, const char *name, int64_t len)
{
    char *key = mem_format("%s/%s", address, name);
    struct known *one = mem_new(struct known);

    *one = (struct known){.len = len, .until_ms = clock_monotonic_ms() + KNOWN_MS};
    pthread_mutex_lock(&known_lock);
    if (known.n >= KNOWN_MAX)
        map_clear(&known, free);
    free(map_remove(&known, key));
    map_put(&known, key, one);
    pthread_mutex_unlock(&known_lock);
    free(key);
}

void bucket_length_remove(const char *address, const char *name)
{
    char *key = mem_format("%s/%s", address, name);

    pthread_mutex_lock(&known_lock);
    free(map_remove(&known, key));
    pthread_mutex_unlock(&known_lock);
    free(key);
}
