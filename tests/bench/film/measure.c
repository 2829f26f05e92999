/* measure.c - runs a command and prints what it cost: a line of JSON on descriptor 3.
 *
 *   measure COMMAND [ARGUMENT…] 3>FILE
 *
 * These are wall seconds, CPU seconds (user and system) of the command and its children, and the
 * peak of resident memory: the sum of Pss over all its processes, read eight times a second (which
 * costs some milliseconds each); or the kernel's peak of its largest process, if that is more. */
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { PIDS_MAX = 4096, PID_MAX = 1 << 22, LOOKS_A_SECOND = 8 };

struct process {
    int pid, parent;
    int is_ours;
    long ticks; /* of CPU time */
};

static sigset_t child; /* SIGCHLD */

static long ticks_seen[PID_MAX]; /* by process id: CPU ticks at the last look */

static void read_stat(struct process *process)
{
    unsigned long user = 0, system = 0;
    char path[64], line[1024];
    const char *rest;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", process->pid);
    file = fopen(path, "re");
    if (!file)
        return;
    /* The name in brackets may hold anything, brackets too. */
    if (fgets(line, sizeof line, file) && (rest = strrchr(line, ')')) != NULL)
        sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &process->parent,
            &user, &system);
    process->ticks = (long)(user + system);
    fclose(file);
}

static int list_processes(struct process *list)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    int n = 0;

    while (dir && n < PIDS_MAX && (entry = readdir(dir)) != NULL) {
        int pid = atoi(entry->d_name);

        if (pid > 0 && pid < PID_MAX) {
            list[n] = (struct process){.pid = pid};
            read_stat(&list[n++]);
        }
    }
    if (dir)
        closedir(dir);
    return n;
}

static long read_pss_kib(int pid)
{
    char path[64], line[256];
    long kib = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    while (kib == 0 && fgets(line, sizeof line, file))
        sscanf(line, "Pss: %ld", &kib);
    fclose(file);
    return kib;
}

/* Children may stand before their parents in the list, so repeat until nothing is added. */
static long family_kib(int self)
{
    static struct process list[PIDS_MAX];
    int n = list_processes(list), grew = 1;
    long kib = 0;

    while (grew) {
        grew = 0;
        for (int i = 0; i < n; i++) {
            int is_ours = list[i].parent == self;

            for (int k = 0; k < n && !is_ours; k++)
                is_ours = list[k].is_ours && list[k].pid == list[i].parent;
            grew |= is_ours != list[i].is_ours;
            list[i].is_ours = is_ours;
        }
    }
    for (int i = 0; i < n; i++)
        if (list[i].is_ours) {
            kib += read_pss_kib(list[i].pid);
            ticks_seen[list[i].pid] = list[i].ticks;
        }
    return kib;
}

static double cpu_seconds(const struct rusage *waited_for)
{
    double kept = (double)(waited_for->ru_utime.tv_sec + waited_for->ru_stime.tv_sec) +
                  (double)(waited_for->ru_utime.tv_usec + waited_for->ru_stime.tv_usec) / 1e6;
    long ticks = 0;

    for (int pid = 0; pid < PID_MAX; pid++)
        ticks += ticks_seen[pid];
    return fmax(kept, (double)ticks / (double)sysconf(_SC_CLK_TCK));
}

static int start(char **command)
{
    int pid = fork();

    if (pid == 0) {
        close(3);
        sigprocmask(SIG_UNBLOCK, &child, NULL);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    return pid;
}

/* Returns the command's status; `*ret_kib` is the peak memory. */
static int watch(int pid, long *ret_kib)
{
    static const struct timespec pause = {.tv_nsec = 1000000000L / LOOKS_A_SECOND};
    int status = 0;

    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        long kib = family_kib(getpid());

        *ret_kib = kib > *ret_kib ? kib : *ret_kib;
        sigtimedwait(&child, NULL, &pause);
    }
    return status;
}

int main(int argc, char **argv)
{
    int64_t start_ns = clock_monotonic_ns();
    struct rusage usage;
    long most_kib = 0;
    double wall;
    int status;

    if (argc < 2)
        return 2;
    /* Orphans of the command become children of this process, so that they are measured, too. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    status = watch(start(argv + 1), &most_kib);
    wall = (double)(clock_monotonic_ns() - start_ns) / 1e9;
    getrusage(RUSAGE_CHILDREN, &usage);
    most_kib = usage.ru_maxrss > most_kib ? usage.ru_maxrss : most_kib;
    dprintf(3, "{\"wall\": %.3f, \"cpu\": %.3f, \"rssMib\": %.1f}\n", wall, cpu_seconds(&usage),
        (double)most_kib / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
