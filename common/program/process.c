/* process.c - see process.h. */
#include "program/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "program/keeper.h"
#include "program/lines.h"

enum {
    TICK_MS = 50,
    GRACE_MS = 5000,     /* from SIGTERM to SIGKILL */
    DRAIN_MS = 2000,     /* from its end to the end of its output */
    STUCK_MS = 10000,    /* from SIGKILL on: the kernel can't end it */
    COMPLAINT_MAX = 900, /* bytes of a piece of stderr, which fits a line of the log */
    CHUNK = 65536,
};

/* The pipes: ends of the program, and ours. */
enum { IN, OUT, ERR, CONTROL, N_PIPES };

struct process {
    const struct process_plan *plan;
    struct process_result *result;
    uv_loop_t loop;
    pid_t pid;
    int pidfd;      /* readable once it has ended */
    uv_poll_t exit; /* of it */
    uv_pipe_t pipes[N_PIPES];
    uv_timer_t tick;
    uv_write_t input;
    struct lines lines, complaints;
    char chunk[CHUNK];
    bool is_stopping, was_killed; /* stopping: `result` says why */
    bool is_over;                 /* it has ended, and so has the keeper */
    bool is_open[N_PIPES];
    int64_t started_ms, heard_ms, kill_at, give_up_at, drained_at; /* monotonic */
};

/* --- the end --- */

static void process_close(struct process *process, int pipe)
{
    if (process->is_open[pipe])
        uv_close((uv_handle_t *)&process->pipes[pipe], NULL);
    process->is_open[pipe] = false;
}

/* The loop ends when its handles are closed. */
static void process_close_all(struct process *process)
{
    for (int i = 0; i < N_PIPES; i++)
        process_close(process, i);
    if (!uv_is_closing((uv_handle_t *)&process->tick))
        uv_close((uv_handle_t *)&process->tick, NULL);
    if (!uv_is_closing((uv_handle_t *)&process->exit))
        uv_close((uv_handle_t *)&process->exit, NULL);
}

static void process_check_over(struct process *process)
{
    if (process->is_over && !process->is_open[OUT] && !process->is_open[ERR])
        process_close_all(process);
}

static void process_tell_keeper(struct process *process, char letter)
{
    uv_buf_t buf = uv_buf_init(&letter, 1);

    if (process->is_open[CONTROL])
        uv_try_write((uv_stream_t *)&process->pipes[CONTROL], &buf, 1);
}

/* The first reason stays. */
static void process_stop(struct process *process, enum process_end why, int grace_ms)
{
    if (process->is_stopping)
        return;
    process->is_stopping = true;
    process->result->end = why;
    process->kill_at = clock_monotonic_ms() + grace_ms;
    process_tell_keeper(process, KEEPER_ASK);
}

static void process_on_exit(uv_poll_t *exit, int error, int events)
{
    struct process *process = exit->data;
    int status = 0;

    (void)error, (void)events;
    if (waitpid(process->pid, &status, WNOHANG) == 0)
        return;
    uv_close((uv_handle_t *)exit, NULL);
    process->is_over = true;
    process->drained_at = clock_monotonic_ms() + DRAIN_MS;
    if (!process->is_stopping) {
        process->result->end = WIFSIGNALED(status) ? PROCESS_KILLED : PROCESS_EXITED;
        process->result->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }
    process_check_over(process);
}

/* --- its output --- */

static void process_on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct process *process = handle->data;

    (void)wanted;
    *buf = uv_buf_init(process->chunk, sizeof process->chunk);
}

static bool process_must_end(const struct process *process)
{
    const struct process_plan *plan = process->plan;

    return atomic_load(plan->cancel) ||
           (plan->timeout_ms && clock_monotonic_ms() > process->started_ms + plan->timeout_ms);
}

/* What comes after the reason to stop is read, and lost. */
static int process_take_line(void *ctx, const char *line, size_t len)
{
    struct process *process = ctx;
    int rc = 0;

    if (!process->is_stopping && !process_must_end(process))
        rc = process->plan->line(process->plan->ctx, line, len);
    if (rc != 0)
        process_stop(process, PROCESS_REFUSED, GRACE_MS);
    return 0;
}

static void process_pause(struct process *process)
{
    if (process->plan->pause && process->plan->pause(process->plan->ctx) != 0)
        process_stop(process, PROCESS_REFUSED, GRACE_MS);
}

static int process_take_complaint(void *ctx, const char *line, size_t len)
{
    struct process *process = ctx;

    process->plan->complaint(process->plan->ctx, line, len);
    return 0;
}

static void process_read_ended(struct process *process, int pipe)
{
    if (pipe == OUT && !process->is_stopping) {
        lines_end(&process->lines, process_take_line, process);
        process_pause(process);
    }
    if (pipe == ERR)
        lines_end(&process->complaints, process_take_complaint, process);
    process_close(process, pipe);
    process_check_over(process);
}

static void process_take_output(struct process *process, const char *data, size_t len)
{
    int rc = lines_add(&process->lines, data, len, process_take_line, process);

    process_pause(process);
    if (rc == LINES_E_LONG)
        process_stop(process, PROCESS_LONG_LINE, GRACE_MS);
}

static void process_on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct process *process = stream->data;

    if (len < 0)
        process_read_ended(process, OUT);
    else if (!process->is_stopping)
        process_take_output(process, buf->base, (size_t)len);
    if (len > 0)
        process->heard_ms = clock_monotonic_ms();
}

static void process_on_complaint(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct process *process = stream->data;

    if (len < 0)
        process_read_ended(process, ERR);
    else
        lines_add(&process->complaints, buf->base, (size_t)len, process_take_complaint, process);
    if (len > 0)
        process->heard_ms = clock_monotonic_ms();
}

static void process_on_written(uv_write_t *request, int status)
{
    struct process *process = request->data;

    (void)status; /* a program need not read its input */
    process_close(process, IN);
}

/* --- its time --- */

static void process_watch_limits(struct process *process, int64_t now)
{
    const struct process_plan *plan = process->plan;

    if (atomic_load(plan->cancel))
        process_stop(process, PROCESS_CANCELED, plan->grace_ms(plan->ctx));
    else if (plan->timeout_ms && now > process->started_ms + plan->timeout_ms)
        process_stop(process, PROCESS_TIMED_OUT, GRACE_MS);
    else if (plan->quiet_ms && now > process->heard_ms + plan->quiet_ms)
        process_stop(process, PROCESS_QUIET, GRACE_MS);
}

static void process_watch_stop(struct process *process, int64_t now)
{
    if (!process->was_killed && now > process->kill_at) {
        process->was_killed = true;
        process->give_up_at = now + STUCK_MS;
        process_tell_keeper(process, KEEPER_KILL);
    } else if (process->was_killed && now > process->give_up_at) {
        log_error("%s: the kernel has not ended it %d s after SIGKILL", process->plan->argv[0],
            STUCK_MS / 1000);
        process_close_all(process);
    }
}

/* Here `now` is read after what the callbacks before have waited for. */
static void process_on_tick(uv_timer_t *tick)
{
    struct process *process = tick->data;
    int64_t now = clock_monotonic_ms();

    process->plan->tick(process->plan->ctx);
    if (process->is_over && now > process->drained_at)
        process_close_all(process);
    else if (process->is_stopping && !process->is_over)
        process_watch_stop(process, now);
    else if (!process->is_over)
        process_watch_limits(process, now);
}

/* --- the start --- */

struct process_pipes {
    int theirs[N_PIPES], ours[N_PIPES];
};

/* Its number is none that the program gets.  Less than 0: errno. */
static int process_pipe(int ends[static 2])
{
    int rc = pipe2(ends, O_CLOEXEC);

    for (int i = 0; rc == 0 && i < 2; i++)
        if (ends[i] < N_PIPES) {
            int high = fcntl(ends[i], F_DUPFD_CLOEXEC, N_PIPES);

            close(ends[i]);
            ends[i] = high;
        }
    return rc;
}

/* Pipes and no sockets, as a shell gives: a program may open /dev/stdout. */
static int process_make_pipes(struct process_pipes *pipes, struct error *err)
{
    int ends[2];

    for (int i = 0; i < N_PIPES; i++) {
        if (process_pipe(ends) < 0)
            return error_set(err, ERR_IO, "no pipe can be made: %s", strerror(errno));
        pipes->theirs[i] = ends[i == IN || i == CONTROL ? 0 : 1];
        pipes->ours[i] = ends[i == IN || i == CONTROL ? 1 : 0];
    }
    return 0;
}

static void process_close_fds(const int fds[static N_PIPES])
{
    for (int i = 0; i < N_PIPES; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

enum { NUMBERS = 4, NUMBER_MAX = 24 };

static char **process_keeper_argv(
    const struct process_plan *plan, char numbers[static NUMBERS][NUMBER_MAX])
{
    static char name[] = "casecast", argument[] = KEEPER_ARGUMENT;
    const long long values[NUMBERS] = {plan->memory, plan->nice, plan->uid, plan->gid};
    size_t n = 0;
    char **argv;

    while (plan->argv[n])
        n++;
    argv = mem_new_n(n + 2 + NUMBERS + 1, char *);
    argv[0] = name;
    argv[1] = argument;
    for (int i = 0; i < NUMBERS; i++) {
        snprintf(numbers[i], NUMBER_MAX, "%lld", values[i]);
        argv[2 + i] = numbers[i];
    }
    memcpy(argv + 2 + NUMBERS, plan->argv, n * sizeof *argv);
    return argv;
}

/* In a session of its own, with the signals of a program that starts.  0, or errno. */
static int process_spawn_keeper(
    struct process *process, const struct process_pipes *pipes, const char *keeper, char **argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, process->plan->folder);
    for (int i = 0; i < N_PIPES; i++)
        posix_spawn_file_actions_adddup2(&actions, pipes->theirs[i], i);
    rc = posix_spawn(&process->pid, keeper, &actions, &attributes, argv, process->plan->env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

/* posix_spawn() copies nothing of this process, whose memory is large; uv_spawn() forks.  Without
 * its descriptor the keeper could not be waited for. */
static int process_spawn(
    struct process *process, const struct process_pipes *pipes, struct error *err)
{
    char numbers[NUMBERS][NUMBER_MAX], **argv = process_keeper_argv(process->plan, numbers);
    char keeper[PATH_MAX];
    int rc;

    file_find_program(KEEPER_NAME, keeper);
    rc = process_spawn_keeper(process, pipes, keeper, argv);
    free(argv);
    if (rc == 0 && (process->pidfd = pidfd_open(process->pid, 0)) < 0) {
        rc = errno;
        kill(process->pid, SIGKILL);
        waitpid(process->pid, NULL, 0);
    }
    return rc ? error_set(err, ERR_IO, "no process can be started in %s: %s", process->plan->folder,
                    strerror(rc))
              : 0;
}

/* From here on the pipes are handles of the loop. */
static void process_open_pipes(struct process *process, const struct process_pipes *pipes)
{
    for (int i = 0; i < N_PIPES; i++) {
        uv_pipe_init(&process->loop, &process->pipes[i], 0);
        uv_pipe_open(&process->pipes[i], pipes->ours[i]);
        process->pipes[i].data = process;
        process->is_open[i] = true;
    }
}

static void process_start_io(struct process *process)
{
    uv_buf_t input =
        uv_buf_init((char *)process->plan->input, (unsigned)strlen(process->plan->input));

    uv_read_start((uv_stream_t *)&process->pipes[OUT], process_on_room, process_on_output);
    uv_read_start((uv_stream_t *)&process->pipes[ERR], process_on_room, process_on_complaint);
    process->input.data = process;
    if (uv_write(
            &process->input, (uv_stream_t *)&process->pipes[IN], &input, 1, process_on_written) < 0)
        process_close(process, IN);
    uv_poll_init(&process->loop, &process->exit, process->pidfd);
    process->exit.data = process;
    uv_poll_start(&process->exit, UV_READABLE, process_on_exit);
    uv_timer_init(&process->loop, &process->tick);
    process->tick.data = process;
    uv_timer_start(&process->tick, process_on_tick, TICK_MS, TICK_MS);
    process->started_ms = process->heard_ms = clock_monotonic_ms();
}

static int process_start(struct process *process, struct error *err)
{
    struct process_pipes pipes;
    int rc;

    memset(&pipes, -1, sizeof pipes);
    rc = process_make_pipes(&pipes, err);
    if (rc == 0)
        rc = process_spawn(process, &pipes, err);
    process_close_fds(pipes.theirs);
    if (rc < 0) {
        process_close_fds(pipes.ours);
        return rc;
    }
    process_open_pipes(process, &pipes);
    process_start_io(process);
    return 0;
}

int process_run(
    const struct process_plan *plan, struct process_result *ret_result, struct error *err)
{
    struct process *process = mem_new(struct process);
    int rc;

    *ret_result = (struct process_result){0};
    process->plan = plan;
    process->result = ret_result;
    process->lines.most = PROCESS_LINE_MAX;
    process->complaints = (struct lines){.most = COMPLAINT_MAX, .cuts = true};
    uv_loop_init(&process->loop);
    process->pidfd = -1;
    rc = process_start(process, err);
    uv_run(&process->loop, UV_RUN_DEFAULT);
    uv_loop_close(&process->loop);
    if (process->pidfd >= 0)
        close(process->pidfd);
    lines_clear(&process->lines);
    lines_clear(&process->complaints);
    free(process);
    return rc;
}
