#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

int file_write_at(int fd, const void *data, size_t len, off_t offset)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pwrite(fd, (const char *)data + done, len - done, offset + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

ssize_t file_read_at(int fd, void *data, size_t len, off_t offset)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(fd, (char *)data + done, len - done, offset + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static int file_check_secret(int fd, struct error *err)
{
    struct stat stat;

    if (fstat(fd, &stat) < 0)
        return error_set(err, ERR_INPUT, "%s", strerror(errno));
    if (!S_ISREG(stat.st_mode) || stat.st_size > FILE_SECRET_MAX)
        return error_set(err, ERR_INPUT, "must be a file of at most %d bytes", FILE_SECRET_MAX);
    if (stat.st_mode & 077)
        return error_set(err, ERR_INPUT,
            "others may read the keys (mode %03o): chmod 600 would be right", stat.st_mode & 0777);
    return 0;
}

int file_read_secret(const char *path, char ret_text[static FILE_SECRET_MAX + 1], struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? error_set(err, ERR_INPUT, "%s", strerror(errno)) : file_check_secret(fd, err);
    ssize_t len = rc == 0 ? file_read(fd, ret_text, FILE_SECRET_MAX) : 0;

    if (len < 0)
        rc = error_set(err, ERR_INPUT, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    ret_text[len > 0 ? len : 0] = '\0';
    return rc;
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

void file_find_program(const char *name, char ret_path[static PATH_MAX])
{
    static const char *const places[] = {".", "../libexec/casecast"};
    char self[PATH_MAX] = "", *end;

    if (readlink("/proc/self/exe", self, sizeof self - 1) > 0 && (end = strrchr(self, '/')))
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            if (snprintf(ret_path, PATH_MAX, "%.*s/%s/%s", (int)(end - self), self, places[i],
                    name) < PATH_MAX &&
                access(ret_path, X_OK) == 0)
                return;
    strcpy(ret_path, "/proc/self/exe");
}
