/* outdir_own.c - see outdir_own.h. */
#include "video/kept/outdir_own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "s3/s3.h"
#include "video/kept/outdir_private.h"

enum { OWN_TRIES = 10, OWN_NAME_LEN = 16 };

static int own_refuse(const char *path, struct error *err)
{
    return error_set(err, ERR_IO, "output folder %s: %s", path, strerror(errno));
}

/* -1: another opening has it, or it is not there. */
static int own_lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat stat;

    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &stat) == 0 && stat.st_nlink)
        return fd;
    close(fd);
    return -1;
}

/* Also a folder that was made just now and is not locked yet: then its maker makes another one. */
static void own_remove_left(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    int fd = outdir_is_temporary(name) ? own_lock(path) : -1;

    if (fd >= 0) {
        file_remove_folder(path);
        close(fd);
    }
    free(path);
}

static void own_clean(const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;

    while (entries && (entry = readdir(entries)))
        own_remove_left(folder, entry->d_name);
    if (entries)
        closedir(entries);
}

static int own_make(const char *folder, char **ret_path, struct error *err)
{
    char name[OWN_NAME_LEN + 1];
    int fd = -1;

    for (int i = 0; fd < 0 && i < OWN_TRIES; i++) {
        free(*ret_path);
        digest_random_name(name, OWN_NAME_LEN);
        *ret_path = mem_format("%s/.%s%s", folder, name, OUTDIR_TEMPORARY);
        errno = outdir_make_folders(*ret_path);
        fd = errno ? -1 : own_lock(*ret_path);
    }
    return fd < 0 ? own_refuse(*ret_path, err) : fd;
}

int outdir_own_open(const char *address, char **ret_path, int *ret_fd, struct error *err)
{
    char *folder = mem_format("%s/output/%s", s3_work_folder(), address + strlen("s3://"));
    char *path = NULL;
    int fd;

    own_clean(folder);
    fd = own_make(folder, &path, err);
    free(folder);
    if (fd < 0) {
        free(path);
        return fd;
    }
    *ret_path = path;
    *ret_fd = fd;
    return 0;
}

/* The folder above goes, too, when it is empty; who makes its own in it just then makes it again.
 */
void outdir_own_close(char *path)
{
    if (!path)
        return;
    file_remove_folder(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    free(path);
}
