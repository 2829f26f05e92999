/* keeper.c - see keeper.h.  No thread, no memory, no library of ours. */
#include "program/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGV_MEMORY = 2, ARGV_NICE, ARGV_UID, ARGV_GID, ARGV_COMMAND, NOT_STARTED = 127 };

struct keeper {
    pid_t program; /* 0: it has ended */
    int status;    /* of its wait() */
    int signals;   /* a signalfd of SIGCHLD */
};

bool keeper_is_wanted(int argc, char **argv)
{
    return argc > ARGV_COMMAND && strcmp(argv[1], KEEPER_ARGUMENT) == 0;
}

/* --- the program, between vfork and exec: it has the keeper's memory, and all else of its own --- */

static void keeper_limit(int64_t memory, int nice_)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)memory, .rlim_max = (rlim_t)memory};

    if ((memory && setrlimit(RLIMIT_AS, &limit) < 0) ||
        (nice_ && setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + nice_) < 0)) {
        perror("casecast: its limits can't be set");
        _exit(NOT_STARTED);
    }
}

static void keeper_become(uid_t uid, gid_t gid)
{
    const struct passwd *user = uid ? getpwuid(uid) : NULL;

    if (uid &&
        (!user || initgroups(user->pw_name, gid) < 0 || setgid(gid) < 0 || setuid(uid) < 0)) {
        perror("casecast: its user can't be set");
        _exit(NOT_STARTED);
    }
}

/* The signals of a program that starts: some that casecast ignores, and that it has blocked, are as
 * they are at first. */
static void keeper_reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < SIGRTMAX; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The keeper may be killed before it can end the program: then the kernel does. */
static void keeper_exec(pid_t keeper, char **argv)
{
    setsid();
    umask(022);
    keeper_limit(strtoll(argv[ARGV_MEMORY], NULL, 10), atoi(argv[ARGV_NICE]));
    keeper_become(
        (uid_t)strtoul(argv[ARGV_UID], NULL, 10), (gid_t)strtoul(argv[ARGV_GID], NULL, 10));
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(NOT_STARTED);
    keeper_reset_signals();
    close_range(KEEPER_FD, ~0U, 0);
    execvp(argv[ARGV_COMMAND], argv + ARGV_COMMAND);
    fprintf(stderr, "casecast: %s: %s\n", argv[ARGV_COMMAND], strerror(errno));
    _exit(NOT_STARTED);
}

/* --- all that it started --- */

/* Sends SIGKILL to each child.  Their children become ours, and are met in a later round. */
static void keeper_kill_children(void)
{
    FILE *children = fopen("/proc/thread-self/children", "re");
    int pid;

    while (children && fscanf(children, "%d", &pid) == 1)
        kill(pid, SIGKILL);
    if (children)
        fclose(children);
}

/* Takes the ends of children.  False: there is no child. */
static bool keeper_reap(struct keeper *keeper)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == keeper->program) {
            keeper->program = 0;
            keeper->status = status;
        }
    return pid == 0;
}

static void keeper_end_all(struct keeper *keeper)
{
    static const struct timespec moment = {.tv_nsec = 2000000};

    while (keeper_reap(keeper)) {
        if (keeper->program)
            kill(-keeper->program, SIGKILL); /* at once: it may start others faster than we look */
        keeper_kill_children();
        nanosleep(&moment, NULL);
    }
}

/* --- its life --- */

/* False: the program and all else is to end at once. */
static bool keeper_obey(struct keeper *keeper)
{
    char letter;
    ssize_t len = read(KEEPER_FD, &letter, 1);

    if (len < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (len <= 0 || letter == KEEPER_KILL)
        return false;
    if (keeper->program && kill(-keeper->program, SIGTERM) < 0)
        kill(keeper->program, SIGTERM); /* it has no group yet */
    return true;
}

static void keeper_watch(struct keeper *keeper)
{
    struct pollfd fds[] = {
        {.fd = keeper->signals, .events = POLLIN}, {.fd = KEEPER_FD, .events = POLLIN}};
    struct signalfd_siginfo info;

    while (keeper->program) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents && read(keeper->signals, &info, sizeof info) > 0)
            keeper_reap(keeper);
        if (fds[1].revents && !keeper_obey(keeper))
            return;
    }
}

/* All signals wait, so that none of a terminal or a service manager, which mean casecast, ends it:
 * it goes when casecast goes. */
static void keeper_begin(struct keeper *keeper)
{
    sigset_t all, child;

    prctl(PR_SET_NAME, "casecast-keeper");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    close_range(KEEPER_FD + 1, ~0U, 0);
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    keeper->signals = signalfd(-1, &child, SFD_CLOEXEC);
}

/* The output must end with the last process that may write to it. */
static void keeper_let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd < KEEPER_FD; fd++)
        dup2(null, fd);
    close(null);
}

static int keeper_end_as(int status)
{
    struct rlimit no_core = {0};
    sigset_t all;

    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &no_core);
    signal(WTERMSIG(status), SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    raise(WTERMSIG(status));
    return NOT_STARTED;
}

int keeper_main(int argc, char **argv)
{
    struct keeper keeper = {0};
    pid_t self = getpid();

    (void)argc;
    keeper_begin(&keeper);
    /* vfork(): a short program would pay for the copy of the keeper's memory. */
    keeper.program = keeper.signals < 0 ? -1 : vfork();
    if (keeper.program < 0) {
        perror("casecast: no process can be started");
        return NOT_STARTED;
    }
    if (keeper.program == 0)
        keeper_exec(self, argv);
    keeper_let_go();
    keeper_watch(&keeper);
    keeper_end_all(&keeper);
    _exit(keeper_end_as(keeper.status)); /* nothing of a library is to be tidied up */
}
