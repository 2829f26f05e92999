/* outdir.c - see outdir.h. */
#include "video/kept/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"

enum { LEFT_BEHIND_S = 86400 /* more than any two machines' clocks differ */ };

static const char suffix[] = ".part";

static void outdir_make_folder(const char *path, int *why)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST && !*why)
        *why = errno;
}

/* Returns why the first folder that is not there was not made, or 0. */
static int outdir_make_folders(const char *path)
{
    char *part = mem_copy(path);
    int why = 0;

    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        outdir_make_folder(part, &why);
        *slash = '/';
    }
    outdir_make_folder(part, &why);
    free(part);
    return why;
}

static bool outdir_is_temporary(const char *name)
{
    size_t len = strlen(name), end = strlen(suffix);

    return name[0] == '.' && len > end && strcmp(name + len - end, suffix) == 0;
}

/* Call `each` for every name in the folder until it returns a negative code. */
static int outdir_walk(const struct outdir *dir,
    int (*each)(const struct outdir *dir, const char *name, const char *prefix, struct error *err),
    const char *prefix, struct error *err)
{
    /* A descriptor of its own: closedir() closes it. */
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (!entries) {
        rc = error_set(err, ERR_IO, "output folder %s: %s", dir->path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return rc;
    }
    while (rc == 0 && (entry = readdir(entries)))
        rc = each(dir, entry->d_name, prefix, err);
    closedir(entries);
    return rc;
}

static int outdir_remove_temporary(
    const struct outdir *dir, const char *name, const char *prefix, struct error *err)
{
    (void)prefix, (void)err;
    if (outdir_is_temporary(name))
        outdir_remove(dir, name);
    return 0;
}

static int outdir_remove_old_temporary(
    const struct outdir *dir, const char *name, const char *prefix, struct error *err)
{
    struct stat stat;

    if (fstatat(dir->fd, name, &stat, AT_SYMLINK_NOFOLLOW) < 0 ||
        time(NULL) - stat.st_mtime < LEFT_BEHIND_S)
        return 0;
    return outdir_remove_temporary(dir, name, prefix, err);
}

static int outdir_open_folder(const char *path, struct outdir *ret_dir, struct error *err)
{
    int fd, why;

    if (!path[0])
        return error_set(
            err, ERR_INPUT, "the output folder's name is empty; a path would be right");
    why = outdir_make_folders(path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERR_IO, "output folder %s: %s", path,
            strerror(errno == ENOENT && why ? why : errno));
    *ret_dir = (struct outdir){.fd = fd, .path = path};
    return 0;
}

int outdir_open(const char *path, struct outdir *ret_dir, struct error *err)
{
    int rc = outdir_open_folder(path, ret_dir, err);

    return rc == 0 ? outdir_walk(ret_dir, outdir_remove_temporary, NULL, err) : rc;
}

int outdir_open_shared(const char *path, struct outdir *ret_dir, struct error *err)
{
    int rc = outdir_open_folder(path, ret_dir, err);

    return rc == 0 ? outdir_walk(ret_dir, outdir_remove_old_temporary, NULL, err) : rc;
}

void outdir_close(struct outdir *dir)
{
    close(dir->fd);
    dir->fd = -1;
}

char *outdir_temporary(const char *name)
{
    char random[17];

    digest_random_name(random, sizeof random - 1);
    return mem_format(".%s.%s%s", name, random, suffix);
}

static int outdir_write_error(const struct outdir *dir, const char *name, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s can't be written: %s", dir->path, name, strerror(errno));
}

static int outdir_rename(
    const struct outdir *dir, const char *temporary, const char *name, struct error *err)
{
    int rc = dir->may_publish ? dir->may_publish(dir->ctx, err) : 0;

    if (rc == 0 && renameat(dir->fd, temporary, dir->fd, name) < 0)
        rc = outdir_write_error(dir, name, err);
    return rc;
}

static int outdir_flush(
    const struct outdir *dir, const char *file, const char *name, struct error *err)
{
    int fd = openat(dir->fd, file, O_RDONLY | O_CLOEXEC), rc = 0;

    if (fd < 0 || fsync(fd) < 0)
        rc = outdir_write_error(dir, name, err);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int outdir_flush_permanent(
    const struct outdir *dir, const char *name, const char *prefix, struct error *err)
{
    bool is_transient = name[0] == '.' || strncmp(name, prefix, strlen(prefix)) == 0;

    return is_transient ? 0 : outdir_flush(dir, name, name, err);
}

int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *prefix, struct error *err)
{
    int rc = outdir_walk(dir, outdir_flush_permanent, prefix, err);

    if (rc == 0)
        rc = outdir_flush(dir, temporary, name, err);
    if (rc == 0)
        rc = outdir_rename(dir, temporary, name, err);
    if (rc == 0 && fsync(dir->fd) < 0)
        rc = outdir_write_error(dir, name, err);
    return rc;
}

bool outdir_remove(const struct outdir *dir, const char *name)
{
    return unlinkat(dir->fd, name, 0) == 0;
}

/* Errors show `name`: the temporary name means nothing to the reader. */
static int outdir_write_temporary(const struct outdir *dir, const char *temporary, const char *name,
    const void *data, size_t len, struct error *err)
{
    int fd = openat(dir->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), rc = 0;

    if (fd < 0 || file_write(fd, data, len) < 0)
        rc = outdir_write_error(dir, name, err);
    if (fd >= 0 && close(fd) < 0 && rc == 0) /* a shared folder may tell only now that it is full */
        rc = outdir_write_error(dir, name, err);
    return rc;
}

int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    char *temporary = outdir_temporary(name);
    int rc = outdir_write_temporary(dir, temporary, name, data, len, err);

    if (rc == 0)
        rc = outdir_rename(dir, temporary, name, err);
    if (rc < 0)
        outdir_remove(dir, temporary);
    free(temporary);
    return rc;
}

/* --- files that grow --- */

/* A rename would replace what another run published meanwhile; a link does not.  Where the file
 * system has no links, a rename must do. */
static int outdir_publish_new(
    const struct outdir *dir, const char *temporary, const char *name, struct error *err)
{
    int rc = dir->may_publish ? dir->may_publish(dir->ctx, err) : 0;

    if (rc < 0)
        return rc;
    if (linkat(dir->fd, temporary, dir->fd, name, 0) == 0 || errno == EEXIST)
        return 0;
    return outdir_rename(dir, temporary, name, err);
}

static int outdir_create(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    char *temporary = outdir_temporary(name);
    int rc = outdir_write_temporary(dir, temporary, name, data, len, err);

    if (rc == 0)
        rc = outdir_publish_new(dir, temporary, name, err);
    outdir_remove(dir, temporary);
    free(temporary);
    return rc;
}

int outdir_grow(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    int fd = openat(dir->fd, name, O_WRONLY | O_CLOEXEC), rc = 0;

    if (fd < 0 && errno == ENOENT) {
        rc = outdir_create(dir, name, data, len, err);
        if (rc < 0)
            return rc;
        fd = openat(dir->fd, name, O_WRONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return outdir_write_error(dir, name, err);
    if (dir->may_publish)
        rc = dir->may_publish(dir->ctx, err);
    if (rc == 0 && file_write(fd, data, len) < 0)
        rc = outdir_write_error(dir, name, err);
    if (close(fd) < 0 && rc == 0)
        rc = outdir_write_error(dir, name, err);
    return rc;
}
