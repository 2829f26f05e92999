/* espeak.c - see espeak.h. */
#include "video/voice/espeak.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "video/sealed/seal.h"
#include "video/sealed/seal_program.h"
#include "video/sealed/sealed.h"
#include "video/voice/speech.h"

enum { SILENT_MS_MAX = 30000 }; /* without output for so long, it hangs */

struct process {
    pid_t pid;
    int fd; /* its output */
};

/* --- starting --- */

/* Input is a file in memory, not a pipe: no deadlock, whatever its length. */
static int espeak_input(const char *text, struct error *err)
{
    size_t len = strlen(text);
    int fd = memfd_create("narration", MFD_CLOEXEC);

    if (fd < 0 || file_write(fd, text, len) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
        error_set(err, ERR_IO, "no memory file for a narration: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -ERR_IO;
    }
    return fd;
}

/* Signals that stop a whole process group or unit are meant for us, so espeak-ng blocks them: its
 * death would fail a job that is only to be handed back.  It dies with us by its closed pipe, as no
 * handler or ignored signal of ours is passed on. */
static void espeak_set_signals(posix_spawnattr_t *attr)
{
    static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};
    sigset_t stops, all;

    sigemptyset(&stops);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        sigaddset(&stops, stop_signals[i]);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attr, &stops);
    posix_spawnattr_setsigdefault(attr, &all);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int espeak_is_missing(struct error *err)
{
    return error_set(err, ERR_LIBRARY, "espeak-ng is not installed: narrations can't be spoken");
}

/* What is started: `args` themselves, or the program that seals itself and becomes them. */
struct line {
    char program[PATH_MAX];
    char *args[3 + ESPEAK_ARGS_MAX + 1];
};

static void espeak_line(char *const *args, struct line *line)
{
    static char seal[] = SEAL_PROGRAM_NAME, argument[] = SEAL_PROGRAM_ARGUMENT;
    static char required[] = SEAL_PROGRAM_REQUIRED, tried[] = SEAL_PROGRAM_TRIED;
    enum sealed_choice choice = sealed_chosen();
    int n = 0;

    snprintf(line->program, sizeof line->program, "%s", args[0]);
    if (choice != SEALED_OFF) {
        file_find_program(SEAL_PROGRAM_NAME, line->program);
        line->args[n++] = seal;
        line->args[n++] = argument;
        line->args[n++] = choice == SEALED_REQUIRE ? required : tried;
    }
    for (int i = 0; args[i]; i++) {
        assert(i < ESPEAK_ARGS_MAX);
        line->args[n++] = args[i];
    }
    line->args[n] = NULL;
}

static int espeak_spawn(char *const *args, int in, int out, pid_t *ret_pid, struct error *err)
{
    /* Our own environment must not change how it sounds. */
    static char *const environment[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    struct line line;
    int rc;

    espeak_line(args, &line);
    posix_spawnattr_init(&attr);
    espeak_set_signals(&attr);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    rc = posix_spawnp(ret_pid, line.program, &files, &attr, line.args, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (rc == ENOENT)
        return espeak_is_missing(err);
    return rc ? error_set(err, ERR_LIBRARY, "espeak-ng can't be started: %s", strerror(rc)) : 0;
}

static int espeak_start(
    char *const *args, const char *text, struct process *process, struct error *err)
{
    int in = espeak_input(text, err), out[2], rc;

    if (in < 0)
        return in;
    if (pipe2(out, O_CLOEXEC) < 0) {
        close(in);
        return error_set(err, ERR_LIMIT, "no pipe for espeak-ng: %s", strerror(errno));
    }
    rc = espeak_spawn(args, in, out[1], &process->pid, err);
    close(in);
    close(out[1]);
    if (rc < 0)
        close(out[0]);
    process->fd = out[0];
    return rc;
}

/* --- reading, ending --- */

/* Its whole output, up to its end. */
static int espeak_read(
    const struct process *process, const atomic_bool *cancel, struct buf *output, struct error *err)
{
    int64_t last_ms = clock_monotonic_ms();
    char piece[65536];

    for (;;) {
        struct pollfd ready = {.fd = process->fd, .events = POLLIN};
        ssize_t n;

        if (cancel_is_set(cancel))
            return cancel_error(err);
        if (clock_monotonic_ms() - last_ms > SILENT_MS_MAX)
            return error_set(err, ERR_LIBRARY, "espeak-ng hangs: no output for %d seconds",
                SILENT_MS_MAX / 1000);
        if (poll(&ready, 1, 100) <= 0)
            continue;
        n = read(process->fd, piece, sizeof piece);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return error_set(err, ERR_IO, "espeak-ng's output can't be read: %s", strerror(errno));
        if (n > 0)
            buf_add(output, piece, (size_t)n);
        if (output->len > ESPEAK_OUTPUT_MAX)
            return error_set(
                err, ERR_INPUT, "its speech is longer than %d seconds", SPEECH_SECONDS_MAX);
        last_ms = clock_monotonic_ms();
    }
}

/* Waits for its end and returns its exit status, or -1 if a signal ended it.  `kill_it`: it must
 * not go on. */
static int espeak_end(struct process *process, bool kill_it)
{
    int status = 0;

    close(process->fd);
    if (kill_it)
        kill(process->pid, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0)
        if (errno != EINTR) /* ECHILD: our process ignores SIGCHLD, so the kernel reaped it */
            return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Statuses of the program that was to become it. */
static int espeak_check_start(int status, struct error *err)
{
    switch (sealed_chosen() == SEALED_OFF ? 0 : status) {
    case SEAL_REFUSED:
        return error_set(err, ERR_LIBRARY,
            "this kernel does not seal espeak-ng, and CASECAST_SEAL=require wants it to: it needs "
            "seccomp and Landlock");
    case SEAL_PROGRAM_MISSING:
        return espeak_is_missing(err);
    case SEAL_PROGRAM_FAILED:
        return error_set(err, ERR_LIBRARY, "espeak-ng can't be started");
    default:
        return 0;
    }
}

int espeak_run(char *const *args, const char *text, const atomic_bool *cancel, struct buf *output,
    int *ret_status, struct error *err)
{
    struct process process;
    int rc = espeak_start(args, text, &process, err);

    if (rc < 0)
        return rc;
    rc = espeak_read(&process, cancel, output, err);
    *ret_status = espeak_end(&process, rc < 0);
    return rc < 0 ? rc : espeak_check_start(*ret_status, err);
}
