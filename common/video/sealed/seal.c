/* seal.c - see seal.h: limits, no dumps, Landlock where the kernel has it, and a list of system
 * calls (seccomp).  A call that is not on the list fails with EPERM. */
#include "video/sealed/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "video/sealed/exchange.h"
#include "video/sealed/seal_private.h"

/* --- limits --- */

/* The size of the process now, in bytes; 0: unknown. */
static rlim_t seal_size(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;

    if (file && fscanf(file, "%lu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void seal_limit(int resource, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};

    setrlimit((__rlimit_resource_t)resource, &limit);
}

static void seal_limits(bool has_threads)
{
    rlim_t size = seal_size();

    if (!SEAL_IS_SANITIZED && size)
        seal_limit(RLIMIT_AS, size + ((rlim_t)SEAL_MEMORY_MIB << 20));
    if (!SEAL_IS_SANITIZED)
        seal_limit(RLIMIT_FSIZE, 0);
    signal(SIGXFSZ, SIG_IGN); /* a library that complains to stderr is no reason to end */
    seal_limit(RLIMIT_CORE, 0);
    if (!has_threads)
        seal_limit(RLIMIT_NPROC, 0);
    prctl(PR_SET_DUMPABLE, 0);
}

/* --- Landlock: no file may be opened, by any call --- */

static void seal_landlock(void)
{
    const struct landlock_ruleset_attr all = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1}; /* those of version 1 */
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);

    if (ruleset < 0)
        return;
    syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
}

/* --- system calls --- */

/* sigaltstack: a checked longjmp() asks for it. */
static const int seal_calls[] = {
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(close),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(pread64),
    SCMP_SYS(read),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sigaltstack),
};

static int seal_allow_calls(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof seal_calls / sizeof *seal_calls; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, seal_calls[i], 0);
    return rc;
}

/* Memory, but none that can be run; messages, but only to the other side; abort(), but of this
 * process alone. */
static int seal_allow_some(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp peer = SCMP_A0(SCMP_CMP_EQ, EXCHANGE_FD, 0);
    const struct scmp_arg_cmp stderr_ = SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0);
    const struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
    int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, data);

    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, data);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1, peer);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1, peer);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self);
    if (rc == 0 && SEAL_IS_SANITIZED)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, stderr_);
    return rc;
}

/* For libraries that open files and start threads.  A thread is no process: clone() says so in a
 * register; clone3() says it in memory, where no filter looks, so it is missing, and the C library
 * takes the other. */
static int seal_allow_files(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp copy = SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0);
    static const int calls[] = {SCMP_SYS(fstat), SCMP_SYS(set_robust_list), SCMP_SYS(rseq)};
    static const int asked[] = {SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(open),
        SCMP_SYS(openat), SCMP_SYS(newfstatat)};
    int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread);

    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, copy);
    for (size_t i = 0; rc == 0 && i < sizeof calls / sizeof *calls; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    for (size_t i = 0; rc == 0 && i < sizeof asked / sizeof *asked; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_TRAP, asked[i], 0);
    return rc;
}

static bool seal_system_calls(bool has_files)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = filter ? seal_allow_calls(filter) : -ENOMEM;

    if (rc == 0)
        rc = seal_allow_some(filter);
    if (rc == 0 && has_files)
        rc = seal_allow_files(filter);
    if (rc == 0) /* threads that are there, too */
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0)
        rc = seccomp_load(filter); /* sets no_new_privs, too */
    seccomp_release(filter);
    return rc == 0;
}

bool seal_close(bool is_required, const struct seal_files *files)
{
    seal_limits(files != NULL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (files)
        seal_files_serve(files);
    seal_landlock();
    return seal_system_calls(files != NULL) || !is_required;
}
