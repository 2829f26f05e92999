/* cache_prune.c - removes the least recently used entries when the folder exceeds its limit. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "video/kept/cache_private.h"

enum { LEFTOVER_SECONDS = 600 /* a temporary file older than this has lost its writer */ };

static const char lock_name[] = "lock";

struct entry {
    char name[DIGEST_HEX_LEN + 1];
    int64_t bytes;
    struct timespec used;
};

struct entries {
    struct entry *at;
    size_t n;
    int64_t bytes;
};

bool cache_is_entry_name(const char *name)
{
    return strlen(name) == DIGEST_HEX_LEN && strspn(name, "0123456789abcdef") == DIGEST_HEX_LEN;
}

static void cache_remove_leftover(
    const struct cache *cache, const char *name, const struct stat *stat)
{
    size_t len = strlen(name), end = strlen(CACHE_SUFFIX);

    if (len > end && strcmp(name + len - end, CACHE_SUFFIX) == 0 &&
        time(NULL) - stat->st_mtime > LEFTOVER_SECONDS)
        unlinkat(cache->fd, name, 0);
}

static void cache_list_entry(const struct cache *cache, const char *name, struct entries *list)
{
    struct entry *entry;
    struct stat stat;

    if (fstatat(cache->fd, name, &stat, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(stat.st_mode))
        return;
    if (!cache_is_entry_name(name)) {
        cache_remove_leftover(cache, name, &stat);
        return;
    }
    list->at = mem_grow(list->at, list->n + 1, sizeof *list->at);
    entry = &list->at[list->n++];
    memcpy(entry->name, name, sizeof entry->name);
    entry->bytes = stat.st_size;
    entry->used = stat.st_mtim;
    list->bytes += stat.st_size;
}

static void cache_list(const struct cache *cache, struct entries *list)
{
    int fd = openat(cache->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *found;

    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((found = readdir(folder)))
        cache_list_entry(cache, found->d_name, list);
    closedir(folder);
}

static int cache_compare_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->used;
    const struct timespec *y = &((const struct entry *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* Down to a little below the limit, so that the next entries need no pruning.  What another process
 * has removed meanwhile counts as removed. */
static void cache_remove_oldest(const struct cache *cache, struct entries *list)
{
    int64_t goal = cache->bytes_max - cache->bytes_max / CACHE_PRUNE_SHARE;

    if (list->bytes <= cache->bytes_max)
        return;
    qsort(list->at, list->n, sizeof *list->at, cache_compare_use);
    for (size_t i = 0; i < list->n && list->bytes > goal; i++)
        if (unlinkat(cache->fd, list->at[i].name, 0) == 0 || errno == ENOENT)
            list->bytes -= list->at[i].bytes;
}

/* A process that prunes saves the others the work.  Where a shared folder has no such locks, each
 * prunes by itself. */
static bool cache_may_prune(int lock)
{
    return flock(lock, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR);
}

void cache_prune(struct cache *cache)
{
    int lock = openat(cache->fd, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct entries list = {0};

    atomic_store(&cache->bytes_added, 0);
    if (lock < 0)
        return;
    if (cache_may_prune(lock)) {
        cache_list(cache, &list);
        cache_remove_oldest(cache, &list);
        free(list.at);
    }
    close(lock);
}
