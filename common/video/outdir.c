/* outdir.c - see outdir.h. */
#include "video/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"

static const char partial_end[] = ".part";

static void make_folders(const char *path)
{
    char *part = mem_copy(path);

    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0755);
        *slash = '/';
    }
    mkdir(part, 0755);
    free(part);
}

int outdir_open(const char *path, struct outdir *ret_dir, struct error *err)
{
    int fd;

    if (!path[0])
        return error_set(err, ERR_INPUT, "no output folder was named");
    make_folders(path); /* whatever went wrong there, the open says it better */
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERR_IO, "output folder %s: %s", path, strerror(errno));
    *ret_dir = (struct outdir){.fd = fd, .path = path};
    return 0;
}

void outdir_close(struct outdir *dir)
{
    close(dir->fd);
    dir->fd = -1;
}

static int fail(const struct outdir *dir, const char *name, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s: %s", dir->path, name, strerror(errno));
}

static bool is_unlinked(int fd)
{
    struct stat now;

    return fstat(fd, &now) == 0 && now.st_nlink == 0;
}

static int create_locked(const struct outdir *dir, const char *name)
{
    int fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd >= 0)
        flock(fd, LOCK_EX);
    return fd;
}

int outdir_begin(
    const struct outdir *dir, const char *name, struct partial *ret_partial, struct error *err)
{
    struct partial partial = {.fd = -1};
    char random[17];

    do { /* again if another process swept it away before it was locked */
        if (partial.fd >= 0)
            close(partial.fd);
        free(partial.name);
        digest_random_name(random, sizeof random - 1);
        partial.name = mem_format(".%s.%s%s", name, random, partial_end);
        partial.fd = create_locked(dir, partial.name);
    } while (partial.fd >= 0 && is_unlinked(partial.fd));
    if (partial.fd < 0) {
        fail(dir, partial.name, err);
        free(partial.name);
        return -(int)err->code;
    }
    *ret_partial = partial;
    return 0;
}

static void clear(struct partial *partial)
{
    close(partial->fd);
    free(partial->name);
    *partial = (struct partial){.fd = -1};
}

int outdir_keep(
    const struct outdir *dir, struct partial *partial, const char *name, struct error *err)
{
    if (fsync(partial->fd) < 0)
        return fail(dir, partial->name, err);
    if (renameat(dir->fd, partial->name, dir->fd, name) < 0 || fsync(dir->fd) < 0)
        return fail(dir, name, err);
    clear(partial);
    return 0;
}

void outdir_drop(const struct outdir *dir, struct partial *partial)
{
    if (!partial->name)
        return;
    unlinkat(dir->fd, partial->name, 0);
    clear(partial);
}

static void remove_if_abandoned(const struct outdir *dir, const char *name)
{
    int fd = openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(dir->fd, name, 0);
    close(fd);
}

static bool is_partial(const char *name)
{
    size_t len = strlen(name), end = strlen(partial_end);

    return name[0] == '.' && len > end && strcmp(name + len - end, partial_end) == 0;
}

void outdir_sweep(const struct outdir *dir)
{
    DIR *list = opendir(dir->path);

    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list));)
        if (is_partial(entry->d_name))
            remove_if_abandoned(dir, entry->d_name);
    closedir(list);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    struct partial partial;
    int rc = outdir_begin(dir, name, &partial, err);

    if (rc < 0)
        return rc;
    if (write_all(partial.fd, data, len) < 0)
        rc = fail(dir, partial.name, err);
    if (rc == 0)
        rc = outdir_keep(dir, &partial, name, err);
    outdir_drop(dir, &partial);
    return rc;
}
