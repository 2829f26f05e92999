/* cache_check.c - reads every entry, for who wants to know whether the disk keeps what it was
 * given. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "video/kept/cache_private.h"

/* False: it is damaged.  One that went meanwhile is not. */
static bool cache_entry_is_good(int folder_fd, const char *name)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct buf data = {0};
    bool is_good;

    if (fd < 0)
        return errno == ENOENT;
    is_good = cache_read_entry(fd, name, INT64_MAX, &data);
    buf_free(&data);
    close(fd);
    return is_good;
}

int64_t cache_check(
    const char *path, void (*damaged)(void *ctx, const char *name), void *ctx, struct error *err)
{
    DIR *folder = opendir(path);
    struct dirent *found;
    int64_t n = 0;

    if (!folder && errno == ENOENT)
        return 0;
    if (!folder)
        return error_set(err, ERR_IO, "cache folder %s: %s", path, strerror(errno));
    while ((found = readdir(folder))) {
        if (!cache_is_entry_name(found->d_name))
            continue;
        n++;
        if (!cache_entry_is_good(dirfd(folder), found->d_name))
            damaged(ctx, found->d_name);
    }
    closedir(folder);
    return n;
}
