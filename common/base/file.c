#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

int file_write(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t file_read(int fd, void *data, size_t len)
{
    char *at = data;

    while (len) {
        ssize_t n = read(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        at += n;
        len -= (size_t)n;
    }
    return at - (char *)data;
}

enum { FOLDERS_OPEN = 8 };

/* nftw() hands no context to its function. */
static _Thread_local int64_t file_bytes;

static int file_count_entry(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)path, (void)kind, (void)at;
    file_bytes += stat->st_blocks * 512;
    return 0;
}

int64_t file_folder_bytes(const char *folder)
{
    file_bytes = 0;
    nftw(folder, file_count_entry, FOLDERS_OPEN, FTW_PHYS);
    return file_bytes;
}

static int file_remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat, (void)kind, (void)at;
    return remove(path);
}

int file_remove_folder(const char *folder)
{
    return nftw(folder, file_remove_entry, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}
