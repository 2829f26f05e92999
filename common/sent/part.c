/* part.c - see part.h. */
#include "sent/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

enum {
    AT_ONCE = 64 << 10, /* bytes that are read for the digest */
    TRIES = 8,          /* to open a part that another one removes in the same moment */
};

static const char parts_folder[] = "parts";

/* --- the lock --- */

/* False: another one has it, or the name is no longer that of the file that was opened. */
static bool part_lock(int parts_fd, const char *name, int fd, bool *ret_is_taken)
{
    struct stat named, opened;

    *ret_is_taken = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    return !*ret_is_taken && fstat(fd, &opened) == 0 &&
           fstatat(parts_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

/* A decoder may be a copy of this process, with its descriptors: so that of the lock is not enough
 * to be closed. */
static void part_unlock(int fd)
{
    flock(fd, LOCK_UN);
    close(fd);
}

/* --- those that nobody adds to --- */

static bool part_waits(int parts_fd, const char *name)
{
    struct stat stat;

    return beneath_is_digest(name) && fstatat(parts_fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           stat.st_mtim.tv_sec >= time(NULL) - PART_KEPT_S;
}

static void part_remove_left(int parts_fd, const char *name)
{
    bool is_taken;
    int fd;

    if (*name == '.' || part_waits(parts_fd, name))
        return;
    fd = openat(parts_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (part_lock(parts_fd, name, fd, &is_taken))
        unlinkat(parts_fd, name, 0);
    part_unlock(fd);
}

static void part_sweep(int parts_fd)
{
    const struct dirent *entry;
    DIR *folder = NULL;
    int fd = openat(parts_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        folder = fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(folder)))
        part_remove_left(parts_fd, entry->d_name);
    closedir(folder);
}

/* --- opening --- */

/* -1: errno says why.  1: another one has the lock, or has taken the name away. */
static int part_try(int parts_fd, const char *name, int flags, int *ret_fd)
{
    bool is_taken;
    int fd = openat(parts_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0666);

    if (fd < 0)
        return -1;
    if (!part_lock(parts_fd, name, fd, &is_taken)) {
        close(fd);
        return 1;
    }
    *ret_fd = fd;
    return 0;
}

/* `digest` NULL: a name of its own. */
static int part_try_often(int parts_fd, const char *digest, struct part *part)
{
    char name[BENEATH_DIGEST_LEN + 1];
    int rc = 1;

    for (int i = 0; rc == 1 && i < TRIES; i++) {
        if (digest)
            strcpy(name, digest);
        else
            digest_random_name(name, PART_NAME_LEN);
        rc = part_try(parts_fd, name, digest ? 0 : O_EXCL, &part->fd);
    }
    snprintf(part->path, sizeof part->path, BENEATH_SENT_FOLDER "/%s/%s", parts_folder, name);
    return rc;
}

static int part_open_in(int folder_fd, const char *digest, struct part *part)
{
    int parts_fd, rc;
    struct stat stat;

    if (sent_make_in(folder_fd, parts_folder, &parts_fd) < 0)
        return -1;
    part_sweep(parts_fd);
    rc = part_try_often(parts_fd, digest, part);
    close(parts_fd);
    if (rc == 0 && fstat(part->fd, &stat) == 0)
        part->bytes = stat.st_size;
    return rc;
}

static int part_open_as(
    const char *media_root, const char *digest, struct part *ret_part, struct error *err)
{
    struct part part = {.fd = -1, .folder_fd = -1};
    int rc = sent_make_folder(media_root, &part.folder_fd), reason;

    if (rc == 0)
        rc = part_open_in(part.folder_fd, digest, &part);
    reason = errno;
    *ret_part = part;
    if (rc == 0)
        return 0;
    if (part.folder_fd >= 0)
        close(part.folder_fd);
    if (rc < 0)
        return sent_fail(reason, err);
    error_set(err, ERR_BUSY, "another request sends this file at the moment");
    return PART_E_BUSY;
}

int part_open(const char *media_root, struct part *ret_part, struct error *err)
{
    return part_open_as(media_root, NULL, ret_part, err);
}

int part_open_pieces(
    const char *media_root, const char *digest, struct part *ret_part, struct error *err)
{
    int rc = part_open_as(media_root, digest, ret_part, err);

    if (rc == 0 && lseek(ret_part->fd, 0, SEEK_END) < 0) {
        rc = sent_fail(errno, err);
        part_leave(ret_part);
    }
    return rc;
}

int64_t part_arrived(int folder_fd, const char *digest)
{
    char name[PART_PATH_MAX];
    int64_t bytes;

    snprintf(name, sizeof name, "%s/%s", parts_folder, digest);
    bytes = sent_bytes(folder_fd, name);
    return bytes > 0 ? bytes : 0;
}

/* --- its bytes --- */

int part_add(struct part *part, const void *data, size_t len, struct error *err)
{
    if (file_write(part->fd, data, len) < 0)
        return sent_fail(errno, err);
    part->bytes += (int64_t)len;
    return 0;
}

int part_cut(struct part *part, int64_t bytes, struct error *err)
{
    if (ftruncate(part->fd, bytes) < 0 || lseek(part->fd, bytes, SEEK_SET) < 0)
        return sent_fail(errno, err);
    part->bytes = bytes;
    return 0;
}

int part_digest(
    struct part *part, char ret_digest[static BENEATH_DIGEST_LEN + 1], struct error *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    unsigned char data[AT_ONCE];
    ssize_t n = 0;
    off_t at = 0;

    crypto_hash_sha256_init(&state);
    while ((n = file_read_at(part->fd, data, sizeof data, at)) > 0) {
        crypto_hash_sha256_update(&state, data, (unsigned long long)n);
        at += n;
    }
    if (n < 0)
        return error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT can't be read: %s", strerror(errno));
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(ret_digest, BENEATH_DIGEST_LEN + 1, hash, sizeof hash);
    return 0;
}

/* --- its end --- */

/* The name of the part within the folder of whole files. */
static const char *part_name(const struct part *part)
{
    return part->path + sizeof BENEATH_SENT_FOLDER;
}

/* A name promises its content, also after a power cut: so the bytes are on the disk first.  The
 * file's day begins now, also if its last piece came earlier. */
int part_keep(struct part *part, const char *digest, bool *ret_is_new, struct error *err)
{
    *ret_is_new = faccessat(part->folder_fd, digest, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
    futimens(part->fd, NULL);
    if (fdatasync(part->fd) < 0 ||
        renameat(part->folder_fd, part_name(part), part->folder_fd, digest) < 0 ||
        fsync(part->folder_fd) < 0)
        return sent_fail(errno, err);
    part->path[0] = '\0';
    return 0;
}

void part_leave(struct part *part)
{
    part_unlock(part->fd);
    close(part->folder_fd);
}

void part_close(struct part *part)
{
    if (*part->path)
        unlinkat(part->folder_fd, part_name(part), 0);
    part_leave(part);
}
