/*
 * stop - stops a process exactly before it gives a file its name: when it has asked all that it
 * asks before, and has not published yet.  It is loaded with LD_PRELOAD.
 *
 *   STOP_FOLDER    where the file `at` holds a pattern, as of fnmatch(), for the last part of a name
 *
 * The first of all processes that comes to such a name renames `at` to `by`, writes its number into
 * it and whether the name was "new" or "there", and stops itself.  Nobody else stops until there is another `at`.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *real(const char *name)
{
    void *call = dlsym(RTLD_NEXT, name);

    if (!call)
        abort();
    return call;
}

static bool is_wanted(const char *at, const char *name)
{
    const char *last = strrchr(name, '/');
    char pattern[256];
    int fd = open(at, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, pattern, sizeof pattern - 1);

    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    pattern[n] = '\0';
    pattern[strcspn(pattern, "\n")] = '\0';
    return fnmatch(pattern, last ? last + 1 : name, FNM_PERIOD) == 0;
}

/* Renames by the system's own call: rename() is one of those below. */
static bool is_first(const char *at, const char *by)
{
    int (*rename_)(const char *, const char *) = (int (*)(const char *, const char *))real("rename");

    return rename_(at, by) == 0;
}

static void stop_before(int in, const char *name)
{
    const char *folder = getenv("STOP_FOLDER");
    char at[512], by[512];
    int was = errno, fd;

    if (!folder)
        return;
    snprintf(at, sizeof at, "%s/at", folder);
    snprintf(by, sizeof by, "%s/by", folder);
    if (is_wanted(at, name) && is_first(at, by)) {
        fd = open(by, O_WRONLY | O_TRUNC | O_CLOEXEC);
        dprintf(fd, "%d %s\n", (int)getpid(), faccessat(in, name, F_OK, 0) == 0 ? "there" : "new");
        close(fd);
        kill(getpid(), SIGSTOP);
    }
    errno = was;
}

int rename(const char *from, const char *to)
{
    stop_before(AT_FDCWD, to);
    return ((int (*)(const char *, const char *))real("rename"))(from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    stop_before(to_fd, to);
    return ((int (*)(int, const char *, int, const char *))real("renameat"))(
        from_fd, from, to_fd, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    stop_before(to_fd, to);
    return ((int (*)(int, const char *, int, const char *, int))real("linkat"))(
        from_fd, from, to_fd, to, flags);
}
