/* cache.c - see cache.h. */
#include "video/kept/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum {
    ENTRY_SHARE = 8,        /* an entry takes at most this share of the limit */
    PRUNE_SHARE = 16,       /* the folder is pruned after this share of the limit was added */
    LEFTOVER_SECONDS = 600, /* a temporary file older than this has lost its writer */
};

static const char magic[8] = "ccache1";
static const char suffix[] = ".part";
static const char lock_name[] = "lock";

/* Before the data of every entry. */
struct head {
    char magic[sizeof magic];
    uint64_t len;
    uint8_t sum[32]; /* of digest and data: also finds an entry that has another one's name */
};

/* --- one entry --- */

static void cache_sum(const char *digest, const void *data, size_t len, uint8_t ret_sum[static 32])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, (const unsigned char *)digest, strlen(digest));
    crypto_generichash_update(&state, data, len);
    crypto_generichash_final(&state, ret_sum, 32);
}

static bool cache_sum_matches(const char *digest, const struct head *head, const char *data)
{
    uint8_t sum[32];

    cache_sum(digest, data, head->len, sum);
    return memcmp(sum, head->sum, sizeof sum) == 0;
}

static bool cache_read_entry(int fd, const char *digest, int64_t bytes_max, struct buf *ret_data)
{
    struct head head;
    struct stat stat;
    char *data;

    if (fstat(fd, &stat) < 0 || file_read(fd, &head, sizeof head) != sizeof head ||
        memcmp(head.magic, magic, sizeof magic) != 0 || head.len > (uint64_t)bytes_max ||
        head.len + sizeof head != (uint64_t)stat.st_size)
        return false;
    data = mem_zero(head.len + 1, 1);
    if (file_read(fd, data, head.len) != (ssize_t)head.len ||
        !cache_sum_matches(digest, &head, data)) {
        free(data);
        return false;
    }
    *ret_data = (struct buf){.data = data, .len = head.len, .cap = head.len + 1};
    return true;
}

bool cache_find(const struct cache *cache, const char *digest, struct buf *ret_data)
{
    int fd = cache->fd < 0 ? -1 : openat(cache->fd, digest, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is_valid;

    if (fd < 0)
        return false;
    is_valid = cache_read_entry(fd, digest, cache->bytes_max, ret_data);
    if (is_valid)
        futimens(fd, NULL); /* time of last use */
    else
        unlinkat(cache->fd, digest, 0);
    close(fd);
    return is_valid;
}

/* --- pruning --- */

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

static bool cache_is_entry_name(const char *name)
{
    return strlen(name) == DIGEST_HEX_LEN && strspn(name, "0123456789abcdef") == DIGEST_HEX_LEN;
}

static void cache_remove_leftover(
    const struct cache *cache, const char *name, const struct stat *stat)
{
    size_t len = strlen(name), end = strlen(suffix);

    if (len > end && strcmp(name + len - end, suffix) == 0 &&
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

/* Down to a little below the limit, so that the next entries need no pruning. */
static void cache_remove_oldest(const struct cache *cache, struct entries *list)
{
    int64_t goal = cache->bytes_max - cache->bytes_max / PRUNE_SHARE;

    if (list->bytes <= cache->bytes_max)
        return;
    qsort(list->at, list->n, sizeof *list->at, cache_compare_use);
    for (size_t i = 0; i < list->n && list->bytes > goal; i++)
        if (unlinkat(cache->fd, list->at[i].name, 0) == 0)
            list->bytes -= list->at[i].bytes;
}

/* One process prunes at a time; the others skip it. */
static void cache_prune(struct cache *cache)
{
    int lock = openat(cache->fd, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct entries list = {0};

    atomic_store(&cache->bytes_added, 0);
    if (lock < 0)
        return;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        cache_list(cache, &list);
        cache_remove_oldest(cache, &list);
        free(list.at);
    }
    close(lock);
}

/* --- writing an entry --- */

static bool cache_write_entry(
    const struct cache *cache, const char *name, const struct head *head, const void *data)
{
    int fd = openat(cache->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool done;

    if (fd < 0)
        return false;
    done = file_write(fd, head, sizeof *head) == 0 && file_write(fd, data, head->len) == 0;
    return close(fd) == 0 && done;
}

void cache_put(struct cache *cache, const char *digest, const void *data, size_t len)
{
    struct head head = {.len = len};
    char temporary[DIGEST_HEX_LEN + 32], random[17];

    if (cache->fd < 0 || (int64_t)len > cache->bytes_max / ENTRY_SHARE)
        return;
    memcpy(head.magic, magic, sizeof magic);
    cache_sum(digest, data, len, head.sum);
    digest_random_name(random, sizeof random - 1);
    snprintf(temporary, sizeof temporary, "%.16s.%s%s", digest, random, suffix);
    if (!cache_write_entry(cache, temporary, &head, data) ||
        renameat(cache->fd, temporary, cache->fd, digest) < 0) {
        unlinkat(cache->fd, temporary, 0);
        return;
    }
    if (atomic_fetch_add(&cache->bytes_added, (int64_t)len) + (int64_t)len >
        cache->bytes_max / PRUNE_SHARE)
        cache_prune(cache);
}

/* --- the folder --- */

int cache_open(const char *path, int64_t bytes_max, struct cache *ret_cache, struct error *err)
{
    *ret_cache = (struct cache){.fd = -1, .bytes_max = bytes_max};
    if (!path || bytes_max <= 0)
        return 0;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return error_set(err, ERR_IO, "cache folder %s: %s", path, strerror(errno));
    ret_cache->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret_cache->fd < 0)
        return error_set(err, ERR_IO, "cache folder %s: %s", path, strerror(errno));
    cache_prune(ret_cache);
    return 0;
}

void cache_close(struct cache *cache)
{
    if (cache->fd >= 0)
        close(cache->fd);
    cache->fd = -1;
}
