/* part.c - see part.h. */
#include "files/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

/* Below the media root: whole files, and in it the parts. */
static const char parts_folder[] = BENEATH_SENT_FOLDER "/parts";

/* The error names no folder: a client may read it. */
static int part_fail(int reason, struct error *err)
{
    if (reason == ENOSPC || reason == EDQUOT) {
        error_set(err, ERR_IO, "the disk of CASECAST_MEDIA_ROOT has no room: %s", strerror(reason));
        return PART_E_FULL;
    }
    return error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT can't be written: %s", strerror(reason));
}

/* --- the folders --- */

static int part_make_folder(int root_fd, const char *name, int *ret_fd)
{
    if (mkdirat(root_fd, name, 0777) < 0 && errno != EEXIST)
        return -1;
    *ret_fd = openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? -1 : 0;
}

static void part_remove_old(int fd, const char *name)
{
    struct stat stat;

    if (fstatat(fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode) &&
        stat.st_mtim.tv_sec < time(NULL) - PART_KEPT_S)
        unlinkat(fd, name, 0);
}

/* Takes `fd`. */
static void part_sweep(int fd)
{
    DIR *folder = fdopendir(fd);
    const struct dirent *entry;

    if (!folder) {
        close(fd);
        return;
    }
    while ((entry = readdir(folder)))
        part_remove_old(fd, entry->d_name);
    closedir(folder);
}

/* --- a part --- */

/* On success the caller closes `part->folder_fd`, too. */
static int part_make(int root_fd, struct part *part)
{
    char name[PART_NAME_LEN + 1];
    int parts_fd;

    if (part_make_folder(root_fd, BENEATH_SENT_FOLDER, &part->folder_fd) < 0)
        return -1;
    if (part_make_folder(root_fd, parts_folder, &parts_fd) == 0) {
        part_sweep(parts_fd);
        digest_random_name(name, PART_NAME_LEN);
        snprintf(part->path, sizeof part->path, "%s/%s", parts_folder, name);
        part->fd = openat(root_fd, part->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (part->fd >= 0)
            return 0;
    }
    close(part->folder_fd);
    return -1;
}

int part_open(const char *media_root, struct part *ret_part, struct error *err)
{
    struct part part = {.fd = -1};
    int root_fd = open(media_root, O_PATH | O_DIRECTORY | O_CLOEXEC), reason = 0;

    if (root_fd < 0 || part_make(root_fd, &part) < 0)
        reason = errno;
    if (root_fd >= 0)
        close(root_fd);
    if (reason)
        return part_fail(reason, err);
    crypto_hash_sha256_init(&part.hash);
    *ret_part = part;
    return 0;
}

int part_add(struct part *part, const void *data, size_t len, struct error *err)
{
    if (file_write(part->fd, data, len) < 0)
        return part_fail(errno, err);
    crypto_hash_sha256_update(&part->hash, data, len);
    part->bytes += (int64_t)len;
    return 0;
}

void part_digest(struct part *part, char ret_digest[static BENEATH_DIGEST_LEN + 1])
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&part->hash, hash);
    sodium_bin2hex(ret_digest, BENEATH_DIGEST_LEN + 1, hash, sizeof hash);
}

/* The name of the part within the folder of whole files. */
static const char *part_name(const struct part *part)
{
    return part->path + sizeof BENEATH_SENT_FOLDER;
}

/* A name promises its content, also after a power cut: so the bytes are on the disk first. */
int part_keep(struct part *part, const char *digest, bool *ret_is_new, struct error *err)
{
    *ret_is_new = faccessat(part->folder_fd, digest, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
    if (fdatasync(part->fd) < 0 ||
        renameat(part->folder_fd, part_name(part), part->folder_fd, digest) < 0 ||
        fsync(part->folder_fd) < 0)
        return part_fail(errno, err);
    part->path[0] = '\0';
    return 0;
}

void part_close(struct part *part)
{
    if (*part->path)
        unlinkat(part->folder_fd, part_name(part), 0);
    close(part->fd);
    close(part->folder_fd);
}
