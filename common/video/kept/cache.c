/* cache.c - see cache.h. */
#include "video/kept/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "s3/s3.h"
#include "video/kept/cache_private.h"

enum {
    ENTRY_SHARE = 8,       /* an entry takes at most this share of the limit */
    SHARED_MAX = 32 << 20, /* a larger entry is kept on this machine alone: bytes */
    ALONE_MS = 30000,      /* for so long the storage is not asked after it has failed */
};

static const char magic[8] = "ccache1";

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

bool cache_read_entry(int fd, const char *digest, int64_t bytes_max, struct buf *ret_data)
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

static bool cache_find_here(const struct cache *cache, const char *digest, struct buf *ret_data)
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

static void cache_keep_here(
    struct cache *cache, const char *digest, const struct head *head, const void *data)
{
    char temporary[DIGEST_HEX_LEN + 32], random[17];

    digest_random_name(random, sizeof random - 1);
    snprintf(temporary, sizeof temporary, "%.16s.%s" CACHE_SUFFIX, digest, random);
    if (!cache_write_entry(cache, temporary, head, data) ||
        renameat(cache->fd, temporary, cache->fd, digest) < 0) {
        unlinkat(cache->fd, temporary, 0);
        return;
    }
    if (atomic_fetch_add(&cache->bytes_added, (int64_t)head->len) + (int64_t)head->len >
        cache->bytes_max / CACHE_PRUNE_SHARE)
        cache_prune(cache);
}

/* --- entries that all machines share --- */

static struct s3_object cache_object(const struct cache *cache, const char *digest)
{
    return (struct s3_object){.address = cache->address, .name = digest, .cancel = cache->cancel};
}

static bool cache_may_ask(const struct cache *cache, size_t len)
{
    return cache->address && len <= SHARED_MAX &&
           clock_monotonic_ms() >= atomic_load(&cache->alone_until_ms);
}

/* The storage failed: the next calls do not wait for it. */
static void cache_go_on_alone(struct cache *cache, int rc, const struct error *err)
{
    if (rc == -ERR_CANCELED)
        return;
    atomic_store(&cache->alone_until_ms, clock_monotonic_ms() + ALONE_MS);
    log_warning("for %d s nothing is shared between machines: %s", ALONE_MS / 1000, err->text);
}

static void cache_share(
    struct cache *cache, const char *digest, const struct head *head, const void *data)
{
    static const struct s3_head how = {.type = "application/octet-stream"};
    struct s3_object object = cache_object(cache, digest);
    struct buf entry = {0};
    struct error err;
    int rc;

    buf_add(&entry, head, sizeof *head);
    buf_add(&entry, data, head->len);
    rc = s3_put(&object, &how, entry.data, entry.len, &err);
    buf_free(&entry);
    if (rc < 0)
        cache_go_on_alone(cache, rc, &err);
}

/* `entry` becomes the data alone.  False: it is not whole. */
static bool cache_open_entry(const char *digest, struct buf *entry, struct head *ret_head)
{
    if (entry->len < sizeof *ret_head)
        return false;
    memcpy(ret_head, entry->data, sizeof *ret_head);
    if (memcmp(ret_head->magic, magic, sizeof magic) != 0 ||
        ret_head->len != entry->len - sizeof *ret_head ||
        !cache_sum_matches(digest, ret_head, entry->data + sizeof *ret_head))
        return false;
    entry->len = ret_head->len;
    memmove(entry->data, entry->data + sizeof *ret_head, entry->len + 1); /* with the NUL */
    return true;
}

/* An entry of another machine; a copy is kept here. */
static bool cache_fetch(struct cache *cache, const char *digest, struct buf *ret_data)
{
    struct s3_object object = cache_object(cache, digest);
    struct buf entry = {0};
    struct error err;
    struct head head;
    int rc = s3_get(&object,
        number_least_64(cache->bytes_max / ENTRY_SHARE, SHARED_MAX) + (int64_t)sizeof head, &entry,
        NULL, &err);

    if (rc < 0)
        cache_go_on_alone(cache, rc, &err);
    if (rc != 0)
        return false;
    if (!cache_open_entry(digest, &entry, &head)) {
        buf_free(&entry);
        s3_remove(&object, &err);
        return false;
    }
    cache_keep_here(cache, digest, &head, entry.data);
    *ret_data = entry;
    return true;
}

void cache_put(struct cache *cache, const char *digest, const void *data, size_t len)
{
    struct head head = {.len = len};

    if (cache->fd < 0 || (int64_t)len > cache->bytes_max / ENTRY_SHARE)
        return;
    memcpy(head.magic, magic, sizeof magic);
    cache_sum(digest, data, len, head.sum);
    cache_keep_here(cache, digest, &head, data);
    if (cache_may_ask(cache, len))
        cache_share(cache, digest, &head, data);
}

bool cache_find(struct cache *cache, const char *digest, struct buf *ret_data)
{
    return cache_find_here(cache, digest, ret_data) ||
           (cache->fd >= 0 && cache_may_ask(cache, 0) && cache_fetch(cache, digest, ret_data));
}

/* --- the folder --- */

static int cache_open_folder(const char *path, struct cache *ret_cache, struct error *err)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return error_set(err, ERR_IO, "cache folder %s: %s", path, strerror(errno));
    ret_cache->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret_cache->fd < 0)
        return error_set(err, ERR_IO, "cache folder %s: %s", path, strerror(errno));
    cache_prune(ret_cache);
    return 0;
}

int cache_open(const char *path, int64_t bytes_max, struct cache *ret_cache, struct error *err)
{
    char *folder;
    int rc;

    *ret_cache = (struct cache){.fd = -1, .bytes_max = bytes_max};
    if (!path || bytes_max <= 0)
        return 0;
    if (!s3_is_address(path))
        return cache_open_folder(path, ret_cache, err);
    ret_cache->address = path;
    folder = mem_format("%s/cache", s3_work_folder());
    rc = cache_open_folder(folder, ret_cache, err);
    free(folder);
    return rc;
}

void cache_close(struct cache *cache)
{
    if (cache->fd >= 0)
        close(cache->fd);
    cache->fd = -1;
}
