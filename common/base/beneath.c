#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
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

/* --- files that were sent --- */

bool beneath_is_digest(const char *text)
{
    return strlen(text) == BENEATH_DIGEST_LEN &&
           strspn(text, "0123456789abcdef") == BENEATH_DIGEST_LEN;
}

static bool beneath_is_called_sent(const char *name)
{
    return strncmp(name, BENEATH_SENT, strlen(BENEATH_SENT)) == 0;
}

const char *beneath_sent_digest(const char *name)
{
    return beneath_is_called_sent(name) && beneath_is_digest(name + strlen(BENEATH_SENT))
               ? name + strlen(BENEATH_SENT)
               : NULL;
}

static int beneath_refuse(const char *name, int reason, struct error *err)
{
    if (reason == ENOENT && beneath_sent_digest(name))
        return error_set(
            err, ERR_INPUT, "no such file was sent, or it is not kept any more: %s", name);
    if (reason == ENOENT && beneath_is_called_sent(name))
        return error_set(err, ERR_INPUT,
            "no such file: %.100s (a file that was sent is called " BENEATH_SENT
            " and its SHA-256, 64 digits 0-9 and a-f)",
            name);
    if (reason == ENOENT)
        return error_set(err, ERR_INPUT, "no such file: %s", name);
    if (reason == EXDEV || reason == ELOOP)
        return error_set(err, ERR_INPUT, "%s: leads outside the media root", name);
    return error_set(err, ERR_INPUT, "%s: %s", name, strerror(reason));
}

/* --- the walk that replaces openat2() where it is missing or forbidden --- */

enum { DEPTH_MAX = 64, LINKS_MAX = 40 /* the kernel's limit */ };

/* The folders from the root to the present one, all open: ".." returns to the folder that the walk
 * came through, even if another program has moved it. */
struct walk {
    int fds[DEPTH_MAX]; /* fds[0] belongs to the caller */
    int depth, n_links;
    char rest[PATH_MAX]; /* of the path */
};

static void walk_back(struct walk *walk, int depth)
{
    while (walk->depth > depth)
        close(walk->fds[walk->depth--]);
}

static int walk_fail(int reason)
{
    errno = reason;
    return -1;
}

/* Cut the next name off the path.  False: there is none. */
static bool walk_next(struct walk *walk, char ret_name[static NAME_MAX + 1], bool *ret_has_slash)
{
    char *start = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(start, "/");

    if (len > NAME_MAX)
        len = NAME_MAX; /* no file has so long a name */
    memcpy(ret_name, start, len);
    ret_name[len] = '\0';
    *ret_has_slash = start[len] == '/';
    memmove(walk->rest, start + len, strlen(start + len) + 1);
    return len > 0;
}

/* Put the link's target in front of the rest of the path. */
static int walk_link(struct walk *walk, int link_fd)
{
    char target[PATH_MAX];
    size_t len_rest;
    ssize_t len = readlinkat(link_fd, "", target, sizeof target);

    if (len < 0)
        return -1;
    if (++walk->n_links > LINKS_MAX)
        return walk_fail(ELOOP);
    if (target[0] == '/')
        return walk_fail(EXDEV);
    len_rest = strlen(walk->rest) + 1; /* empty, or begins with a slash */
    if ((size_t)len + len_rest > sizeof walk->rest)
        return walk_fail(ENAMETOOLONG);
    memmove(walk->rest + len, walk->rest, len_rest);
    memcpy(walk->rest, target, (size_t)len);
    return 0;
}

/* Enter the folder `name`, or follow the link.  1: `name` is a file, opened as `*ret_fd`. */
static int walk_into(struct walk *walk, const char *name, bool has_slash, int *ret_fd)
{
    int here = walk->fds[walk->depth], rc = 0, reason;
    int fd = openat(here, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat stat;

    if (fd < 0)
        return -1;
    if (fstat(fd, &stat) < 0) {
        rc = -1;
    } else if (S_ISLNK(stat.st_mode)) {
        rc = walk_link(walk, fd);
    } else if (S_ISDIR(stat.st_mode)) {
        if (walk->depth + 1 < DEPTH_MAX) {
            walk->fds[++walk->depth] = fd;
            return 0;
        }
        rc = walk_fail(ENAMETOOLONG);
    } else if (has_slash) {
        rc = walk_fail(ENOTDIR);
    } else {
        *ret_fd = openat(here, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        rc = *ret_fd < 0 ? -1 : 1;
    }
    reason = errno;
    close(fd);
    errno = reason;
    return rc;
}

static int walk_step(struct walk *walk, const char *name, bool has_slash, int *ret_fd)
{
    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") != 0)
        return walk_into(walk, name, has_slash, ret_fd);
    if (walk->depth == 0)
        return walk_fail(EXDEV);
    walk_back(walk, walk->depth - 1);
    return 0;
}

/* Resolve the path name by name as openat2() does with RESOLVE_BENEATH.  The descriptor, or -1 and
 * errno. */
static int walk_open(int root_fd, const char *name)
{
    struct walk walk = {.fds = {root_fd}};
    char step[NAME_MAX + 1];
    int rc = 0, fd = -1, reason;
    bool has_slash;

    if (!*name)
        return walk_fail(ENOENT);
    if (*name == '/')
        return walk_fail(EXDEV);
    if (strlen(name) >= sizeof walk.rest)
        return walk_fail(ENAMETOOLONG);
    strcpy(walk.rest, name);
    while (rc == 0 && walk_next(&walk, step, &has_slash))
        rc = walk_step(&walk, step, has_slash, &fd);
    if (rc == 0) /* the path names a folder */
        fd = openat(walk.fds[walk.depth], ".", O_RDONLY | O_CLOEXEC);
    reason = errno;
    walk_back(&walk, 0);
    errno = reason;
    return fd;
}

static int beneath_open_by_kernel(int root_fd, const char *name)
{
    /* O_NONBLOCK: opening a FIFO would wait for its writer. */
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, root_fd, name, &how, sizeof how);
}

/* Older kernels, systemd's RestrictSUIDSGID= and the filters of containers refuse openat2() with
 * one of these; EAGAIN means that a folder on the path was renamed meanwhile. */
static bool beneath_is_forbidden(int reason)
{
    return reason == ENOSYS || reason == EPERM || reason == EACCES || reason == EINVAL ||
           reason == E2BIG || reason == EAGAIN;
}

bool beneath_is_by_kernel(int root_fd)
{
    int fd = beneath_open_by_kernel(root_fd, ".");

    if (fd < 0)
        return !beneath_is_forbidden(errno);
    close(fd);
    return true;
}

static int beneath_open_path(int root_fd, const char *path)
{
    int fd = beneath_open_by_kernel(root_fd, path);

    return fd < 0 && beneath_is_forbidden(errno) ? walk_open(root_fd, path) : fd;
}

int beneath_open(
    int root_fd, const char *name, int *ret_fd, struct stat *ret_stat, struct error *err)
{
    char sent[sizeof BENEATH_SENT_FOLDER + 1 + BENEATH_DIGEST_LEN];
    const char *digest = beneath_sent_digest(name);
    struct stat stat;
    int fd;

    if (digest)
        snprintf(sent, sizeof sent, "%s/%s", BENEATH_SENT_FOLDER, digest);
    fd = beneath_open_path(root_fd, digest ? sent : name);
    if (fd < 0)
        return beneath_refuse(name, errno, err);
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        return error_set(err, ERR_INPUT, "%s: not a regular file", name);
    }
    if (ret_stat)
        *ret_stat = stat;
    *ret_fd = fd;
    return 0;
}
