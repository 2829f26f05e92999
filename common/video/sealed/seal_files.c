/* seal_files.c - files that a sealed process may open by name.  No filter of system calls sees a
 * name, and not every kernel has Landlock.  So each file is opened before the seal; after it,
 * open() traps, and the handler of that trap gives a copy of the descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/mem.h"
#include "video/sealed/exchange.h"
#include "video/sealed/seal_private.h"

static int seal_files_compare(const void *a, const void *b)
{
    return strcmp(((const struct seal_file *)a)->path, ((const struct seal_file *)b)->path);
}

/* As many descriptors as the machine lets us have. */
static void seal_files_raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void seal_files_add(struct seal_files *files, const char *path)
{
    int fd;

    if (files->n == 0)
        seal_files_raise_limit();
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    files->list = mem_grow(files->list, (size_t)files->n + 1, sizeof *files->list);
    files->list[files->n++] = (struct seal_file){mem_copy(path), fd};
}

void seal_files_sort(struct seal_files *files)
{
    if (files->n)
        qsort(files->list, (size_t)files->n, sizeof *files->list, seal_files_compare);
}

/* --- the trap: only calls that are safe in a handler of a signal --- */

static const struct seal_files *served; /* set before the seal */

static const struct seal_file *seal_files_find(const char *path)
{
    const struct seal_file wanted = {.path = (char *)path};

    return served->n ? bsearch(&wanted, served->list, (size_t)served->n, sizeof wanted,
                           seal_files_compare)
                     : NULL;
}

static int seal_files_open(const char *path, int flags)
{
    const struct seal_file *found = (flags & O_ACCMODE) == O_RDONLY ? seal_files_find(path) : NULL;
    int fd;

    if (!found)
        return -EACCES;
    fd = fcntl(found->fd, F_DUPFD_CLOEXEC, EXCHANGE_FD + 1);
    if (fd < 0)
        return -errno;
    lseek(fd, 0, SEEK_SET); /* copies share their place; readers of fonts map them */
    return fd;
}

static int seal_files_access(const char *path, int mode)
{
    return (mode & ~R_OK) == 0 && seal_files_find(path) ? 0 : -EACCES;
}

static int seal_files_stat(int fd, int flags, struct stat *ret_stat)
{
    if (!(flags & AT_EMPTY_PATH))
        return -EACCES;
    return syscall(SYS_fstat, fd, ret_stat) < 0 ? -errno : 0;
}

/* The call's number, its arguments, and where its result goes. */
#if defined(__x86_64__)
#define ARGUMENT(i) ((uintptr_t)gregs[(const int[]){REG_RDI, REG_RSI, REG_RDX, REG_R10}[i]])
#define RESULT gregs[REG_RAX]
#define REGISTERS(context) greg_t *gregs = (context)->uc_mcontext.gregs
#elif defined(__aarch64__)
#define ARGUMENT(i) ((uintptr_t)gregs[i])
#define RESULT gregs[0]
#define REGISTERS(context)                                                                         \
    __typeof__(&(context)->uc_mcontext.regs[0]) gregs = (context)->uc_mcontext.regs
#else
#error "the registers of a system call on this processor: see syscall(2)"
#endif

static void seal_files_answer(int signal, siginfo_t *info, void *context)
{
    int was = errno, rc = -EPERM;
    REGISTERS((ucontext_t *)context);

    (void)signal;
#ifdef SYS_open
    if (info->si_syscall == SYS_open)
        rc = seal_files_open((const char *)ARGUMENT(0), (int)ARGUMENT(1));
#endif
#ifdef SYS_access
    if (info->si_syscall == SYS_access)
        rc = seal_files_access((const char *)ARGUMENT(0), (int)ARGUMENT(1));
#endif
    if (info->si_syscall == SYS_faccessat)
        rc = seal_files_access((const char *)ARGUMENT(1), (int)ARGUMENT(2));
    if (info->si_syscall == SYS_openat)
        rc = seal_files_open((const char *)ARGUMENT(1), (int)ARGUMENT(2));
    if (info->si_syscall == SYS_newfstatat)
        rc = seal_files_stat((int)ARGUMENT(0), (int)ARGUMENT(3), (struct stat *)ARGUMENT(2));
    RESULT = (__typeof__(RESULT))rc;
    errno = was;
}

void seal_files_serve(const struct seal_files *files)
{
    const struct sigaction action = {
        .sa_sigaction = seal_files_answer, .sa_flags = SA_SIGINFO | SA_RESTART};

    served = files;
    sigaction(SIGSYS, &action, NULL);
}
