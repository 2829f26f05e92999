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
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"

static const char suffix[] = ".part";

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

static bool is_temporary(const char *name)
{
    size_t len = strlen(name), end = strlen(suffix);

    return name[0] == '.' && len > end && strcmp(name + len - end, suffix) == 0;
}

/* `each` of the names in the folder, with `passing`, until it answers less than 0. */
static int walk(const struct outdir *dir,
    int (*each)(const struct outdir *dir, const char *name, const char *passing, struct error *err),
    const char *passing, struct error *err)
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
        rc = each(dir, entry->d_name, passing, err);
    closedir(entries);
    return rc;
}

static int drop_temporary(
    const struct outdir *dir, const char *name, const char *passing, struct error *err)
{
    (void)passing, (void)err;
    if (is_temporary(name))
        outdir_drop(dir, name);
    return 0;
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
    return walk(ret_dir, drop_temporary, NULL, err);
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

static int refuse(const struct outdir *dir, const char *name, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s can't be written: %s", dir->path, name, strerror(errno));
}

static int give_name(
    const struct outdir *dir, const char *temporary, const char *name, struct error *err)
{
    int rc = dir->may_publish ? dir->may_publish(dir->ctx, err) : 0;

    if (rc == 0 && renameat(dir->fd, temporary, dir->fd, name) < 0)
        rc = refuse(dir, name, err);
    return rc;
}

static int flush(const struct outdir *dir, const char *file, const char *name, struct error *err)
{
    int fd = openat(dir->fd, file, O_RDONLY | O_CLOEXEC), rc = 0;

    if (fd < 0 || fsync(fd) < 0)
        rc = refuse(dir, name, err);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int flush_lasting(
    const struct outdir *dir, const char *name, const char *passing, struct error *err)
{
    bool is_passing = name[0] == '.' || strncmp(name, passing, strlen(passing)) == 0;

    return is_passing ? 0 : flush(dir, name, name, err);
}

int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *passing, struct error *err)
{
    int rc = walk(dir, flush_lasting, passing, err);

    if (rc == 0)
        rc = flush(dir, temporary, name, err);
    if (rc == 0)
        rc = give_name(dir, temporary, name, err);
    if (rc == 0 && fsync(dir->fd) < 0)
        rc = refuse(dir, name, err);
    return rc;
}

bool outdir_drop(const struct outdir *dir, const char *name)
{
    return unlinkat(dir->fd, name, 0) == 0;
}

/* What fails is called `name`: nobody knows the other one. */
static int write_temporary(const struct outdir *dir, const char *temporary, const char *name,
    const void *data, size_t len, struct error *err)
{
    int fd = openat(dir->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), rc = 0;

    if (fd < 0 || file_write(fd, data, len) < 0)
        rc = refuse(dir, name, err);
    if (fd >= 0)
        close(fd);
    return rc;
}

int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err)
{
    char *temporary = outdir_temporary(name);
    int rc = write_temporary(dir, temporary, name, data, len, err);

    if (rc == 0)
        rc = give_name(dir, temporary, name, err);
    if (rc < 0)
        outdir_drop(dir, temporary);
    free(temporary);
    return rc;
}
