/* outdir_write.c - see outdir.h: how files get their names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "video/kept/outdir_bucket.h"
#include "video/kept/outdir_private.h"

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

/* All other objects are complete: each was put by a call that has returned. */
static int outdir_finish_in_bucket(
    const struct outdir *dir, const char *temporary, const char *name, struct error *err)
{
    int fd = openat(dir->fd, temporary, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? outdir_write_error(dir, name, err) : bucket_write_file(dir, name, fd, err);

    if (fd >= 0)
        close(fd);
    if (rc == 0)
        outdir_remove(dir, temporary);
    return rc;
}

static int outdir_finish_in_folder(const struct outdir *dir, const char *temporary,
    const char *name, const char *prefix, struct error *err)
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

int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *prefix, struct error *err)
{
    int rc = dir->may_finish ? dir->may_finish(dir->ctx, err) : 0;

    if (rc < 0)
        return rc;
    return dir->address ? outdir_finish_in_bucket(dir, temporary, name, err)
                        : outdir_finish_in_folder(dir, temporary, name, prefix, err);
}

/* --- small files --- */

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
    char *temporary;
    int rc;

    if (dir->address)
        return bucket_write(dir, name, data, len, err);
    temporary = outdir_temporary(dir, name);
    rc = outdir_write_temporary(dir, temporary, name, data, len, err);
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
    char *temporary = outdir_temporary(dir, name);
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
    int fd, rc = 0;

    if (dir->address)
        return bucket_grow(dir, name, data, len, err);
    fd = openat(dir->fd, name, O_WRONLY | O_CLOEXEC);
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
