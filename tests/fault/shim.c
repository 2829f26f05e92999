/*
 * shim - lets one call of a program fail: the k-th of its kind.  It is loaded with LD_PRELOAD.
 *
 *   FAULT_CALL    the kind of call: malloc open read write sync rename mmap thread socket poll
 *   FAULT_AT      k, from 1; 0 or nothing lets no call fail
 *   FAULT_AS      how it fails: the number of an errno, or `short`: half of the bytes (read and
 * write) FAULT_SITES   a file for the first call of each place in the code: lines `k LIBRARY…`, the
 * libraries that the place was called from, from the innermost FAULT_TRACE   a file for the place
 * at which the call failed: a stack, a line a frame
 *
 * Only the process that was started with it is counted, also after an exec; its children are not.
 * Calls are counted over all threads.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    CALL_NONE,
    CALL_MALLOC,
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    CALL_RENAME,
    CALL_MMAP,
    CALL_THREAD,
    CALL_SOCKET,
    CALL_POLL,
    N_CALLS
};

static const char *const call_names[N_CALLS] = {
    "", "malloc", "open", "read", "write", "sync", "rename", "mmap", "thread", "socket", "poll"};

enum { STACK_FRAMES = 24, SITES_MAX = 1 << 16, FAULT_SHORT = -1 };

static int wanted_call;         /* the kind that is counted */
static int wanted_error;        /* an errno, or FAULT_SHORT */
static unsigned long wanted_at; /* the call that fails */
static unsigned long n_calls;   /* of the kind */
static int sites_fd = -1;
static int trace_fd = -1;
static uint64_t sites[SITES_MAX]; /* hashes of stacks, an open table */
static __thread bool inside;      /* calls that the shim makes itself are not counted */

static int number_of_call(const char *name)
{
    for (int i = 1; name && i < N_CALLS; i++)
        if (strcmp(name, call_names[i]) == 0)
            return i;
    return CALL_NONE;
}

static int file_of(const char *variable)
{
    const char *path = getenv(variable);
    return path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

/* The first process with the shim leaves its number for its children. */
static bool process_is_mine(void)
{
    char number[16];

    snprintf(number, sizeof(number), "%d", (int)getpid());
    setenv("FAULT_PROCESS", number, 0);
    return strcmp(getenv("FAULT_PROCESS"), number) == 0;
}

__attribute__((constructor)) static void shim_begin(void)
{
    void *frames[STACK_FRAMES];
    const char *as = getenv("FAULT_AS");
    const char *at = getenv("FAULT_AT");

    inside = true;
    backtrace(frames, STACK_FRAMES); /* loads libgcc now, not in the middle of a call */
    sites_fd = file_of("FAULT_SITES");
    trace_fd = file_of("FAULT_TRACE");
    wanted_error = as && strcmp(as, "short") == 0 ? FAULT_SHORT : as ? atoi(as) : ENOMEM;
    wanted_at = at ? strtoul(at, NULL, 10) : 0;
    wanted_call = process_is_mine() ? number_of_call(getenv("FAULT_CALL")) : CALL_NONE;
    inside = false;
}

static void site_write(unsigned long k, void **frames, int n)
{
    char line[1024];
    const char *last = "";
    int len = snprintf(line, sizeof(line), "%lu", k);

    for (int i = 0; i < n; i++) {
        Dl_info at;
        const char *name;
        if (!dladdr(frames[i], &at) || !at.dli_fname)
            continue;
        name = strrchr(at.dli_fname, '/') ? strrchr(at.dli_fname, '/') + 1 : at.dli_fname;
        if (strcmp(name, last) != 0 && len < (int)sizeof(line) - 64)
            len += snprintf(line + len, 64, " %.60s", name);
        last = name;
    }
    line[len++] = '\n';
    syscall(SYS_write, sites_fd, line, (size_t)len);
}

/* The first call of each stack is written, with its number. */
static void site_note(unsigned long k)
{
    void *frames[STACK_FRAMES];
    uint64_t hash = 1469598103934665603u;
    int n = backtrace(frames, STACK_FRAMES);

    for (int i = 0; i < n; i++)
        hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    hash |= 1;
    for (size_t i = hash % SITES_MAX, tries = 0; tries < SITES_MAX;
         i = (i + 1) % SITES_MAX, tries++) {
        uint64_t none = 0;
        if (__atomic_compare_exchange_n(
                &sites[i], &none, hash, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            site_write(k, frames, n);
            return;
        }
        if (none == hash)
            return;
    }
}

static void trace_write(void)
{
    void *frames[STACK_FRAMES];
    backtrace_symbols_fd(frames, backtrace(frames, STACK_FRAMES), trace_fd);
}

/* Counts a call of a kind: true if it must fail now. */
static bool call_fails(int call)
{
    unsigned long k;
    bool fails;

    if (call != wanted_call || inside)
        return false;
    inside = true;
    k = __atomic_add_fetch(&n_calls, 1, __ATOMIC_RELAXED);
    fails = k == wanted_at;
    if (sites_fd >= 0)
        site_note(k);
    if (fails && trace_fd >= 0)
        trace_write();
    inside = false;
    return fails;
}

/* The call fails with an errno. */
static bool call_refused(int call)
{
    if (!call_fails(call))
        return false;
    errno = wanted_error == FAULT_SHORT ? EIO : wanted_error;
    return true;
}

#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (!real)                                                                                     \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* --- memory: glibc's own names, because dlsym allocates --- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return call_refused(CALL_MALLOC) ? NULL : __libc_malloc(size);
}
void *calloc(size_t n, size_t size)
{
    return call_refused(CALL_MALLOC) ? NULL : __libc_calloc(n, size);
}
void *realloc(void *old, size_t size)
{
    return call_refused(CALL_MALLOC) ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return call_refused(CALL_MALLOC) ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return call_refused(CALL_MALLOC) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *got = call_fails(CALL_MALLOC) ? NULL : __libc_memalign(alignment, size);
    if (got)
        *memory = got;
    return got ? 0 : ENOMEM;
}

/* --- files --- */

static mode_t mode_of(int flags, va_list rest)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

static int open_any(int folder, const char *path, int flags, mode_t mode)
{
    return call_refused(CALL_OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define OPEN_AS(name, parameters, folder)                                                          \
    int name parameters                                                                            \
    {                                                                                              \
        va_list rest;                                                                              \
        mode_t mode;                                                                               \
        va_start(rest, flags);                                                                     \
        mode = mode_of(flags, rest);                                                               \
        va_end(rest);                                                                              \
        return open_any(folder, path, flags, mode);                                                \
    }
OPEN_AS(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN_AS(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN_AS(openat, (int folder, const char *path, int flags, ...), folder)
OPEN_AS(openat64, (int folder, const char *path, int flags, ...), folder)

/* What a program that was built with _FORTIFY_SOURCE calls. */
#define OPEN_2_AS(name)                                                                            \
    int name(const char *path, int flags)                                                          \
    {                                                                                              \
        return open_any(AT_FDCWD, path, flags, 0);                                                 \
    }
OPEN_2_AS(__open_2)
OPEN_2_AS(__open64_2)

#define FOPEN_AS(name)                                                                             \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        REAL(name);                                                                                \
        return call_refused(CALL_OPEN) ? NULL : real(path, mode);                                  \
    }
FOPEN_AS(fopen)
FOPEN_AS(fopen64)

/* How many bytes a call may move: all, half of them, or none (0: it fails). */
static size_t bytes_allowed(int call, size_t n)
{
    if (!call_fails(call))
        return n;
    if (wanted_error == FAULT_SHORT)
        return n > 1 ? n / 2 : n;
    errno = wanted_error;
    return 0;
}

extern ssize_t __read_chk(int fd, void *into, size_t n, size_t most);
extern ssize_t __pread_chk(int fd, void *into, size_t n, off_t at, size_t most);
extern ssize_t __pread64_chk(int fd, void *into, size_t n, off64_t at, size_t most);

#define MOVE_AS(call, name, parameters, arguments, n)                                              \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        REAL(name);                                                                                \
        if (n > 0 && (n = bytes_allowed(call, n)) == 0)                                            \
            return -1;                                                                             \
        return real arguments;                                                                     \
    }
MOVE_AS(CALL_READ, read, (int fd, void *into, size_t n), (fd, into, n), n)
MOVE_AS(CALL_READ, pread, (int fd, void *into, size_t n, off_t at), (fd, into, n, at), n)
MOVE_AS(CALL_READ, pread64, (int fd, void *into, size_t n, off64_t at), (fd, into, n, at), n)
MOVE_AS(CALL_WRITE, write, (int fd, const void *from, size_t n), (fd, from, n), n)
MOVE_AS(CALL_WRITE, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), n)
MOVE_AS(
    CALL_WRITE, pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at), n)

MOVE_AS(CALL_READ, __read_chk, (int fd, void *into, size_t n, size_t most), (fd, into, n, most), n)
MOVE_AS(CALL_READ, __pread_chk, (int fd, void *into, size_t n, off_t at, size_t most),
    (fd, into, n, at, most), n)
MOVE_AS(CALL_READ, __pread64_chk, (int fd, void *into, size_t n, off64_t at, size_t most),
    (fd, into, n, at, most), n)

/* Of several pieces, one is moved where half is asked for. */
ssize_t writev(int fd, const struct iovec *pieces, int n)
{
    size_t some = (size_t)n;
    REAL(writev);
    if (n > 0 && (some = bytes_allowed(CALL_WRITE, some)) == 0)
        return -1;
    return real(fd, pieces, (int)some);
}

#define CALL_AS(call, type, bad, name, parameters, arguments)                                      \
    type name parameters                                                                           \
    {                                                                                              \
        REAL(name);                                                                                \
        return call_refused(call) ? bad : real arguments;                                          \
    }
CALL_AS(CALL_SYNC, int, -1, fsync, (int fd), (fd))
CALL_AS(CALL_SYNC, int, -1, fdatasync, (int fd), (fd))
CALL_AS(CALL_RENAME, int, -1, rename, (const char *from, const char *to), (from, to))
CALL_AS(CALL_RENAME, int, -1, renameat, (int at, const char *from, int to_at, const char *to),
    (at, from, to_at, to))
CALL_AS(CALL_RENAME, int, -1, linkat,
    (int at, const char *from, int to_at, const char *to, int flags), (at, from, to_at, to, flags))
CALL_AS(CALL_MMAP, void *, MAP_FAILED, mmap,
    (void *at, size_t n, int prot, int flags, int fd, off_t offset),
    (at, n, prot, flags, fd, offset))
CALL_AS(CALL_MMAP, void *, MAP_FAILED, mmap64,
    (void *at, size_t n, int prot, int flags, int fd, off64_t offset),
    (at, n, prot, flags, fd, offset))
CALL_AS(
    CALL_SOCKET, int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
CALL_AS(CALL_POLL, int, -1, epoll_create1, (int flags), (flags))
CALL_AS(CALL_POLL, int, -1, epoll_ctl, (int epoll, int what, int fd, struct epoll_event *event),
    (epoll, what, fd, event))

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *context)
{
    REAL(pthread_create);
    return call_fails(CALL_THREAD) ? EAGAIN : real(thread, attributes, body, context);
}
