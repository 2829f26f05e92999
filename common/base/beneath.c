#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int beneath_root(const char *path, int *ret_fd, struct error *err)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    *ret_fd = fd;
    return 0;
}

static int refuse(const char *name, int reason, struct error *err)
{
    if (reason == ENOENT)
        return error_set(err, ERR_INPUT, "no such file: %s", name);
    if (reason == EXDEV || reason == ELOOP)
        return error_set(err, ERR_INPUT, "%s: leads outside the media root", name);
    return error_set(err, ERR_INPUT, "%s: %s", name, strerror(reason));
}

int beneath_open(
    int root_fd, const char *name, int *ret_fd, struct stat *ret_stat, struct error *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    struct stat stat;
    int fd;

    fd = (int)syscall(SYS_openat2, root_fd, name, &how, sizeof how);
    if (fd < 0)
        return refuse(name, errno, err);
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        return error_set(err, ERR_INPUT, "%s: not a regular file", name);
    }
    if (ret_stat)
        *ret_stat = stat;
    *ret_fd = fd;
    return 0;
}
