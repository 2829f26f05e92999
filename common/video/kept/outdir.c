/* outdir.c - see outdir.h. */
#include "video/kept/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
#include "s3/s3.h"
#include "video/kept/outdir_bucket.h"
#include "video/kept/outdir_own.h"
#include "video/kept/outdir_private.h"

enum { LEFT_BEHIND_S = 86400 /* more than any two machines' clocks differ */ };

int outdir_walk(const struct outdir *dir,
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

/* --- temporary files --- */

/* ".JOB.RUN", or nothing. */
static char *outdir_tag(const struct outdir_writer *writer)
{
    return writer->job ? mem_format(".%s.%" PRId64, writer->job, writer->run) : mem_copy("");
}

char *outdir_temporary(const struct outdir *dir, const char *name)
{
    char random[17], *tag = outdir_tag(&dir->writer), *temporary;

    digest_random_name(random, sizeof random - 1);
    temporary = mem_format(".%s%s.%s%s", name, tag, random, OUTDIR_TEMPORARY);
    free(tag);
    return temporary;
}

/* A later run of the same job may be at work, as this one may have been stopped before it came
 * here. */
static bool outdir_is_of_earlier_run(const struct outdir_writer *writer, const char *name)
{
    char *tag = writer->job ? mem_format(".%s.", writer->job) : NULL;
    const char *at = tag ? strstr(name, tag) : NULL;
    bool is_earlier = at && strtoll(at + strlen(tag), NULL, 10) < writer->run;

    free(tag);
    return is_earlier;
}

static bool outdir_is_old(const struct outdir *dir, const char *name)
{
    struct stat stat;

    return fstatat(dir->fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - stat.st_mtime >= LEFT_BEHIND_S;
}

static int outdir_remove_left(
    const struct outdir *dir, const char *name, const char *prefix, struct error *err)
{
    const struct outdir_writer *writer = &dir->writer;

    (void)prefix, (void)err;
    if (outdir_is_temporary(name) &&
        (!writer->is_shared || outdir_is_old(dir, name) || outdir_is_of_earlier_run(writer, name)))
        outdir_remove(dir, name);
    return 0;
}

void outdir_remove_temporaries(const struct outdir *dir)
{
    struct error ignored;

    outdir_walk(dir, outdir_remove_left, NULL, &ignored);
}

/* --- opening --- */

static int outdir_open_folder(
    const char *path, const struct outdir_writer *writer, struct outdir *ret_dir, struct error *err)
{
    int fd, why;

    why = outdir_make_folders(path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERR_IO, "output folder %s: %s", path,
            strerror(errno == ENOENT && why ? why : errno));
    *ret_dir = (struct outdir){.fd = fd, .writer = *writer, .path = path};
    return outdir_walk(ret_dir, outdir_remove_left, NULL, err);
}

/* Temporary files lie in a folder of this machine. */
static int outdir_open_bucket(const char *address, const struct outdir_writer *writer,
    struct outdir *ret_dir, struct error *err)
{
    char *own;
    int fd, rc = outdir_own_open(address, &own, &fd, err);

    if (rc == 0)
        *ret_dir = (struct outdir){.fd = fd,
            .writer = *writer,
            .path = own,
            .address = address,
            .own_path = own,
            .patience_ms = OUTDIR_PATIENCE_MS};
    return rc;
}

static int outdir_open_any(
    const char *path, const struct outdir_writer *writer, struct outdir *ret_dir, struct error *err)
{
    if (!path[0])
        return error_set(
            err, ERR_INPUT, "the output folder's name is empty; a path would be right");
    return s3_is_address(path) ? outdir_open_bucket(path, writer, ret_dir, err)
                               : outdir_open_folder(path, writer, ret_dir, err);
}

int outdir_open(const char *path, struct outdir *ret_dir, struct error *err)
{
    return outdir_open_any(path, &(struct outdir_writer){0}, ret_dir, err);
}

int outdir_open_shared(const char *path, struct outdir *ret_dir, struct error *err)
{
    return outdir_open_any(path, &(struct outdir_writer){.is_shared = true}, ret_dir, err);
}

int outdir_open_for_job(
    const char *path, const char *job, int64_t run, struct outdir *ret_dir, struct error *err)
{
    const struct outdir_writer writer = {.job = job, .run = run, .is_shared = true};

    return outdir_open_any(path, &writer, ret_dir, err);
}

bool outdir_find(const char *path, const char *job, struct outdir *ret_dir)
{
    *ret_dir = (struct outdir){
        .fd = -1, .writer = {.job = job, .run = INT64_MAX, .is_shared = true}, .path = path};
    if (s3_is_address(path))
        ret_dir->address = path;
    else
        ret_dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return ret_dir->address || ret_dir->fd >= 0;
}

void outdir_close(struct outdir *dir)
{
    if (dir->fd >= 0)
        close(dir->fd);
    dir->fd = -1;
    outdir_own_close(dir->own_path);
    dir->own_path = NULL;
}

bool outdir_remove(const struct outdir *dir, const char *name)
{
    if (dir->address && !outdir_is_temporary(name))
        return bucket_remove(dir, name);
    return unlinkat(dir->fd, name, 0) == 0;
}

/* --- reading --- */

static int outdir_read_error(const struct outdir *dir, const char *name, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s can't be read: %s", dir->path, name, strerror(errno));
}

static int outdir_read_file(const struct outdir *dir, const char *name, int fd, int64_t len_max,
    struct buf *ret_data, struct error *err)
{
    char part[4096];
    ssize_t did = 1;

    while ((int64_t)ret_data->len < len_max && (did = file_read(fd, part, sizeof part)) > 0)
        buf_add(ret_data, part, (size_t)did);
    return did < 0 ? outdir_read_error(dir, name, err) : 0;
}

int outdir_read(const struct outdir *dir, const char *name, int64_t len_max, struct buf *ret_data,
    struct error *err)
{
    int fd, rc;

    if (dir->address) {
        rc = bucket_read(dir, name, len_max, ret_data, err);
        return rc < 0 ? rc : 0;
    }
    fd = openat(dir->fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : outdir_read_error(dir, name, err);
    rc = outdir_read_file(dir, name, fd, len_max, ret_data, err);
    close(fd);
    return rc;
}

/* The file is opened, as a client of a shared folder asks for a file's length then and may remember
 * another one from before. */
static int64_t outdir_file_length(const char *path, const char *name)
{
    char *file = mem_format("%s/%s", path, name);
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat stat;
    int64_t len =
        fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) ? stat.st_size : OUTDIR_NO_FILE;

    if (fd >= 0)
        close(fd);
    free(file);
    return len;
}

int64_t outdir_length(const char *path, const char *name, int patience_ms)
{
    return s3_is_address(path) ? bucket_length(path, name, patience_ms)
                               : outdir_file_length(path, name);
}
