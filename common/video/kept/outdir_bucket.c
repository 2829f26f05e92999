/* outdir_bucket.c - see outdir_bucket.h. */
#include "video/kept/outdir_bucket.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "s3/s3.h"
#include "video/kept/bucket_lengths.h"

enum {
    ALONE_MS = 5000,      /* for so long storage that has failed is not asked */
    GROWN_MAX = 16 << 20, /* bytes of a text that grows */
    CHANGES_MAX =
        5, /* of a text that another run writes, too: then one of them knows that it lost */
};

static struct s3_object bucket_object(const struct outdir *dir, const char *name)
{
    return (struct s3_object){.address = dir->address,
        .name = name,
        .patience_ms = dir->patience_ms,
        .cancel = dir->cancel};
}

/* --- storage that fails --- */

static _Atomic int64_t alone_until_ms;

/* Who has no patience does not ask storage that has just failed. */
static bool bucket_is_silent(void)
{
    return clock_monotonic_ms() < atomic_load(&alone_until_ms);
}

static void bucket_note_failure(const struct error *err)
{
    atomic_store(&alone_until_ms, clock_monotonic_ms() + ALONE_MS);
    log_warning("%s", err->text);
}

/* --- what is told to whoever reads an object --- */

static bool bucket_ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);

    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static struct s3_head bucket_head(const char *name)
{
    static const struct {
        const char *end, *type;
    } types[] = {{".m3u8", "application/vnd.apple.mpegurl"}, {".m4s", "video/mp4"},
        {".mp4", "video/mp4"}, {".jpg", "image/jpeg"}, {".vtt", "text/vtt; charset=utf-8"}};
    struct s3_head head = {.type = "application/octet-stream",
        .caching =
            bucket_ends_with(name, ".m3u8") ? "no-cache" : "public, max-age=31536000, immutable"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (bucket_ends_with(name, types[i].end))
            head.type = types[i].type;
    return head;
}

/* --- objects --- */

static int bucket_may_publish(const struct outdir *dir, struct error *err)
{
    return dir->may_publish ? dir->may_publish(dir->ctx, err) : 0;
}

int bucket_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    const struct s3_object object = bucket_object(dir, name);
    const struct s3_head head = bucket_head(name);
    int rc = bucket_may_publish(dir, err);

    if (rc == 0)
        rc = s3_put(&object, &head, data, len, err);
    if (rc == 0)
        bucket_length_put(dir->address, name, (int64_t)len);
    return rc;
}

int bucket_write_file(const struct outdir *dir, const char *name, int fd, struct error *err)
{
    const struct s3_object object = bucket_object(dir, name);
    const struct s3_head head = bucket_head(name);
    struct stat file;
    int rc = bucket_may_publish(dir, err);

    if (rc == 0)
        rc = s3_put_file(&object, &head, fd, err);
    if (rc == 0 && fstat(fd, &file) == 0)
        bucket_length_put(dir->address, name, file.st_size);
    return rc;
}

/* Does `text` hold all of `data` already? */
static bool bucket_holds(const struct buf *text, const void *data, size_t len)
{
    return text->len >= len && memcmp(text->data, data, len) == 0;
}

/* Put the text, unless the object holds it and perhaps more.  S3_E_CHANGED: the object has changed
 * since it was read here. */
static int bucket_try_to_grow(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    const struct s3_object object = bucket_object(dir, name);
    const struct s3_head head = bucket_head(name);
    struct s3_version version = {0};
    struct buf text = {0};
    int rc = s3_get(&object, GROWN_MAX, &text, &version, err);

    if (rc >= 0 && !bucket_holds(&text, data, len)) {
        rc = bucket_may_publish(dir, err);
        if (rc == 0)
            rc = s3_put_next(&object, &head, data, len, &version, err);
    }
    buf_free(&text);
    return rc;
}

int bucket_grow(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    for (int n = 0; n < CHANGES_MAX; n++) {
        int rc = bucket_try_to_grow(dir, name, data, len, err);

        if (rc != S3_E_CHANGED)
            return rc;
    }
    return error_set(err, ERR_IO,
        "%s/%s changes each time before it is written: only one run may write it, and the storage "
        "must compare If-Match with its ETag",
        dir->address, name);
}

int bucket_read(const struct outdir *dir, const char *name, int64_t len_max, struct buf *ret_data,
    struct error *err)
{
    const struct s3_object object = bucket_object(dir, name);

    return s3_get(&object, len_max, ret_data, NULL, err);
}

bool bucket_remove(const struct outdir *dir, const char *name)
{
    const struct s3_object object = {.address = dir->address, .name = name};
    struct error err;
    int64_t len;
    int rc;

    bucket_length_remove(dir->address, name);
    if (bucket_is_silent())
        return false;
    rc = s3_length(&object, &len, &err);
    if (rc == 0)
        rc = s3_remove(&object, &err);
    if (rc < 0)
        bucket_note_failure(&err);
    return rc == 0;
}

/* --- lengths --- */

static int64_t bucket_ask_length(const char *address, const char *name, int patience_ms)
{
    const struct s3_object object = {.address = address, .name = name, .patience_ms = patience_ms};
    struct error err;
    int64_t len;
    int rc = s3_length(&object, &len, &err);

    if (rc == 0)
        return len;
    if (rc == S3_E_NOT_FOUND)
        return OUTDIR_NO_FILE;
    bucket_note_failure(&err);
    return OUTDIR_UNKNOWN;
}

int64_t bucket_length(const char *address, const char *name, int patience_ms)
{
    int64_t len;

    if (bucket_length_find(address, name, &len))
        return len;
    if (!patience_ms && bucket_is_silent())
        return OUTDIR_UNKNOWN;
    len = bucket_ask_length(address, name, patience_ms);
    if (len >= 0)
        bucket_length_put(address, name, len);
    return len;
}
