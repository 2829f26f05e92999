/* seal_program.c - see seal_program.h.  No thread, and no library but libseccomp. */
#include "video/sealed/seal_program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "video/sealed/seal.h"

enum { ARGV_REQUIRED = 2, ARGV_PROGRAM };

bool seal_program_is_wanted(int argc, char **argv)
{
    return argc > ARGV_PROGRAM && strcmp(argv[1], SEAL_PROGRAM_ARGUMENT) == 0;
}

/* --- limits --- */

static void program_limit(int resource, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};

    setrlimit((__rlimit_resource_t)resource, &limit);
}

static void program_limits(void)
{
    program_limit(RLIMIT_CORE, 0);
    program_limit(RLIMIT_CPU, SEAL_PROCESSOR_SECONDS);
    if (!SEAL_IS_SANITIZED)
        program_limit(RLIMIT_AS, (rlim_t)SEAL_MEMORY_MIB << 20);
}

/* --- Landlock: the files that it may read --- */

enum { ALL_RIGHTS = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 /* those of version 1 */ };

/* A file or folder that is not there needs no rule. */
static bool program_allow(int ruleset, const char *path)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE,
        .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    struct stat info;
    bool is_allowed;

    if (rule.parent_fd < 0)
        return true;
    if (fstat(rule.parent_fd, &info) == 0 && S_ISDIR(info.st_mode))
        rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    is_allowed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return is_allowed;
}

/* The system's programs, libraries and their data; the list of the libraries. */
static bool program_allow_system(int ruleset)
{
    static const char *const paths[] = {
        "/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload"};
    bool is_allowed = true;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        is_allowed = program_allow(ruleset, paths[i]) && is_allowed;
    return is_allowed;
}

/* The program as PATH finds it, without symbolic links.  False: it is not there. */
static bool program_find(const char *name, char ret_path[static PATH_MAX])
{
    const char *folder = strchr(name, '/') ? "" : getenv("PATH");
    char path[PATH_MAX];

    if (folder && !*folder)
        return realpath(name, ret_path);
    while (folder) {
        size_t len = strcspn(folder, ":");

        snprintf(path, sizeof path, "%.*s/%s", (int)len, folder, name);
        if (access(path, X_OK) == 0)
            return realpath(path, ret_path);
        folder = folder[len] ? folder + len + 1 : NULL;
    }
    return false;
}

/* What was installed beside it: PREFIX/bin, PREFIX/lib, PREFIX/share. */
static bool program_allow_own(int ruleset, const char *name)
{
    static const char *const folders[] = {"bin", "lib", "share"};
    char path[PATH_MAX], beside[PATH_MAX + 8], *end;
    bool is_allowed = true;

    if (!program_find(name, path))
        return true; /* the start will say so */
    for (int i = 0; i < 2; i++)
        if ((end = strrchr(path, '/')))
            *end = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(beside, sizeof beside, "%s/%s", path, folders[i]);
        is_allowed = program_allow(ruleset, beside) && is_allowed;
    }
    return is_allowed;
}

/* False: the kernel does not hold it to these files. */
static bool program_hold_to_files(const char *name)
{
    const struct landlock_ruleset_attr all = {.handled_access_fs = ALL_RIGHTS};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    bool is_held;

    if (ruleset < 0)
        return false;
    is_held = program_allow_system(ruleset) && program_allow_own(ruleset, name) &&
              syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return is_held;
}

bool seal_program_is_possible(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/* --- system calls: a call that is not on the list fails with EPERM --- */

/* Of those that open files only openat() has its flags where a filter sees them, and a way to
 * start a thread that the filter can tell from one to start a process is clone() alone. */
static const int program_calls[] = {
    SCMP_SYS(access),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(eventfd2),
    SCMP_SYS(execve),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(futex),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(memfd_create),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(umask),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

static int program_allow_calls(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof program_calls / sizeof *program_calls; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, program_calls[i], 0);
    return rc;
}

/* Files, but for reading; threads; limits and abort(), but of this process alone. */
static int program_allow_some(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp reads =
        SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
    const struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp own = SCMP_A0(SCMP_CMP_EQ, 0, 0);
    const struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
    const struct scmp_arg_cmp name = SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0);
    int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, reads);

    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, own);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, name);
    return rc;
}

static bool program_filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = filter ? program_allow_calls(filter) : -ENOMEM;

    if (rc == 0)
        rc = program_allow_some(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0;
}

/* --- all of it --- */

int seal_program_main(int argc, char **argv)
{
    bool is_required = strcmp(argv[ARGV_REQUIRED], SEAL_PROGRAM_REQUIRED) == 0, is_sealed;
    char **program = argv + ARGV_PROGRAM;

    (void)argc;
    program_limits();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    is_sealed = program_hold_to_files(program[0]);
    is_sealed = program_filter_calls() && is_sealed;
    if (!is_sealed && is_required)
        _exit(SEAL_REFUSED); /* nothing of a library is tidied up, which it may not do any more */
    execvp(program[0], program);
    _exit(errno == ENOENT ? SEAL_PROGRAM_MISSING : SEAL_PROGRAM_FAILED);
}
