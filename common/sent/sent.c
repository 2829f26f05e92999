/* sent.c - see sent.h. */
#include "sent/sent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int sent_fail(int reason, struct error *err)
{
    if (reason == ENOSPC || reason == EDQUOT) {
        error_set(err, ERR_IO, "the disk of CASECAST_MEDIA_ROOT has no room: %s", strerror(reason));
        return SENT_E_FULL;
    }
    return error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT can't be written: %s", strerror(reason));
}

/* --- folders --- */

static int sent_open_in(int fd, const char *name, int *ret_fd)
{
    *ret_fd = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? -1 : 0;
}

int sent_make_in(int folder_fd, const char *name, int *ret_fd)
{
    if (mkdirat(folder_fd, name, 0777) < 0 && errno != EEXIST)
        return -1;
    return sent_open_in(folder_fd, name, ret_fd);
}

static int sent_open_as(
    const char *media_root, int (*open_in)(int, const char *, int *), int *ret_fd)
{
    int root_fd = open(media_root, O_PATH | O_DIRECTORY | O_CLOEXEC), rc, reason;

    if (root_fd < 0)
        return -1;
    rc = open_in(root_fd, BENEATH_SENT_FOLDER, ret_fd);
    reason = errno;
    close(root_fd);
    errno = reason;
    return rc;
}

int sent_make_folder(const char *media_root, int *ret_fd)
{
    return sent_open_as(media_root, sent_make_in, ret_fd);
}

int sent_open_folder(const char *media_root, int *ret_fd)
{
    return sent_open_as(media_root, sent_open_in, ret_fd);
}

void sent_each(int folder_fd, const char *name,
    void (*each)(void *ctx, const char *digest, const struct stat *stat), void *ctx)
{
    const struct dirent *entry;
    struct stat stat;
    DIR *folder;
    int fd;

    if (sent_open_in(folder_fd, name, &fd) < 0)
        return;
    folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return;
    }
    while ((entry = readdir(folder)))
        if (beneath_is_digest(entry->d_name) &&
            fstatat(fd, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode))
            each(ctx, entry->d_name, &stat);
    closedir(folder);
}

/* --- a whole file --- */

int64_t sent_bytes(int folder_fd, const char *digest)
{
    struct stat stat;

    return fstatat(folder_fd, digest, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode)
               ? stat.st_size
               : -1;
}

bool sent_renew(int folder_fd, const char *digest)
{
    return utimensat(folder_fd, digest, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}
