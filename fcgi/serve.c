/* serve.c - wires everything: the loop, the hub, the streams, the responders; and takes them apart
 * again. */
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kind/posters.h"
#include "kinds.h"
#include "request/listener.h"
#include "request/responder.h"
#include "request/server.h"
#include "route/clock_feed.h"
#include "route/health.h"
#include "route/replay.h"

enum {
    WATCH_MS = 500,
    STOP_MS = 4500, /* whatever still hangs then is left to its lease */
};

/* What asks a program to end, all the same to us.  multiwatch sends one of them where another was
 * named (Debian 12's: QUIT for TERM), a terminal sends HUP, INT or QUIT, and USR1 is what web
 * servers send to FastCGI programs. */
static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};
enum { N_STOP_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

struct process {
    struct config config;
    struct loop loop;
    struct streams streams;
    struct server server;
    struct responders *responders;
    uv_signal_t on_stop[N_STOP_SIGNALS];
    uv_timer_t watch, deadline;
    uv_check_t polled;
    uv_prepare_t turn_end;
    int64_t turn_began_ms; /* of uv_now() */
    struct mail drain;
    int n_to_drain; /* of hub and streams, those that are not through */
};

/* --- stopping --- */

static void part_drained(void *ctx)
{
    struct process *process = ctx;

    if (--process->n_to_drain == 0)
        uv_stop(&process->loop.uv);
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    log_warning("stopped before everything had ended; what ran here is taken up again when its "
                "lease lapses");
    _exit(0);
}

/* Comes behind every stream that the responders handed over. */
static void deliver_drain(struct mail *mail)
{
    struct process *process = list_item(&mail->link, struct process, drain.link);

    process->n_to_drain = 2;
    streams_drain(&process->streams, part_drained, process);
    hub_drain(process->server.hub, part_drained, process);
}

/* systemd and multiwatch both signal a responder, the one later than the other as the machine is
 * busy; and a second signal may be read late here.  So it is the same wish, whenever it comes: the
 * deadline holds already. */
static void on_stop(uv_signal_t *handle, int signal)
{
    struct process *process = handle->data;

    if (atomic_exchange(&process->server.is_draining, true))
        return;
    log_info("signal %d: stops; %d streams will connect again", signal,
        atomic_load(&process->streams.limits.n_open));
    uv_timer_start(&process->deadline, on_deadline, STOP_MS, 0);
    responders_stop(process->responders);
    process->responders = NULL;
    loop_post(&process->loop, &process->drain, deliver_drain);
}

/* --- running --- */

/* libuv takes the time when poll() returns; its callbacks have run when the check handles come. */
static void on_polled(uv_check_t *check)
{
    struct process *process = check->data;

    process->turn_began_ms = (int64_t)uv_now(&process->loop.uv);
}

/* The last of the prepare handles: the loop waits again. */
static void on_turn_end(uv_prepare_t *prepare)
{
    struct process *process = prepare->data;
    long long turn_us = clock_monotonic_ns() / 1000 - process->turn_began_ms * 1000;

    if (process->turn_began_ms && turn_us > atomic_load(&process->server.worst_turn_us))
        atomic_store(&process->server.worst_turn_us, turn_us);
}

static void on_watch(uv_timer_t *timer)
{
    struct process *process = timer->data;

    atomic_store(&process->server.turned_ms, clock_monotonic_ms());
    if (process->responders)
        responders_watch(process->responders);
}

/* libuv runs prepare handles in the reverse order of their start: this one is started first of all.
 */
static void start_measuring(struct process *process)
{
    uv_check_init(&process->loop.uv, &process->polled);
    uv_prepare_init(&process->loop.uv, &process->turn_end);
    process->polled.data = process->turn_end.data = process;
    uv_check_start(&process->polled, on_polled);
    uv_prepare_start(&process->turn_end, on_turn_end);
}

/* A hang-up that is ignored (nohup) stays so. */
static void start_signal(struct process *process, uv_signal_t *handle, int number)
{
    struct sigaction was;

    uv_signal_init(&process->loop.uv, handle);
    handle->data = process;
    if (number != SIGHUP || sigaction(number, NULL, &was) < 0 || was.sa_handler != SIG_IGN)
        uv_signal_start(handle, on_stop, number);
}

static void start_handles(struct process *process)
{
    uv_loop_t *uv = &process->loop.uv;

    for (int i = 0; i < N_STOP_SIGNALS; i++)
        start_signal(process, &process->on_stop[i], stop_signals[i]);
    uv_timer_init(uv, &process->watch);
    uv_timer_init(uv, &process->deadline);
    process->watch.data = process;
    uv_timer_start(&process->watch, on_watch, WATCH_MS, WATCH_MS);
}

static void stop_handles(struct process *process)
{
    for (int i = 0; i < N_STOP_SIGNALS; i++)
        uv_close((uv_handle_t *)&process->on_stop[i], NULL);
    uv_close((uv_handle_t *)&process->watch, NULL);
    uv_close((uv_handle_t *)&process->deadline, NULL);
    uv_close((uv_handle_t *)&process->polled, NULL);
    uv_close((uv_handle_t *)&process->turn_end, NULL);
    /* libuv gives the signals back to their default; whoever asks again in the last milliseconds
     * still gets an exit of 0. */
    for (int i = 0; i < N_STOP_SIGNALS; i++)
        signal(stop_signals[i], SIG_IGN);
}

static int run(struct process *process)
{
    struct server *server = &process->server;

    loop_init(&process->loop);
    start_measuring(process);
    if (streams_init(&process->streams, &process->config, &process->loop) < 0) {
        log_error("no socket can be made: %s", strerror(errno));
        return 1;
    }
    timer_wheel_init(&server->wheel, &process->loop.uv, clock_due);
    server->hub = hub_new(&process->loop, &process->config, job_kinds);
    server->health = health_new(server);
    server->posters = posters_new(&process->config);
    server->replays = replays_start(server);
    process->responders = server->replays ? responders_start(server) : NULL;
    if (!process->responders)
        return 1;
    start_handles(process);
    log_info("ready: %d responders, %d jobs at once, database %s", process->config.responders,
        process->config.slots, process->config.database);
    uv_run(&process->loop.uv, UV_RUN_DEFAULT);

    replays_stop(server->replays);
    posters_free(server->posters);
    hub_free(server->hub);
    timer_wheel_deinit(&server->wheel);
    health_free(server->health);
    streams_deinit(&process->streams);
    stop_handles(process);
    loop_deinit(&process->loop);
    log_info("stopped");
    return 0;
}

/* --- starting --- */

/* libuv reads the size of its pool once, from the environment: a place for each job, and two for
 * its own. */
static void size_pool(const struct config *config)
{
    char size[16];

    snprintf(size, sizeof size, "%d", config->slots + 2);
    setenv("UV_THREADPOOL_SIZE", size, 1);
}

static int prepare(struct process *process, const char *where, struct error *err)
{
    struct server *server = &process->server;

    if (config_read(&process->config, err) < 0)
        return -(int)err->code;
    log_start(process->config.log, LOG_LEVEL_INFO);
    digest_init();
    size_pool(&process->config);
    if (health_make_output(process->config.output, err) < 0 ||
        listener_open(where, &server->listen_fd, err) < 0)
        return -(int)err->code;
    server->config = &process->config;
    server->kinds = job_kinds;
    server->kind_routes = kind_routes;
    server->answer = route;
    server->loop = &process->loop;
    server->streams = &process->streams;
    server->started_ms = clock_wall_ms();
    server->turned_ms = clock_monotonic_ms();
    /* libfcgi's own handlers would swallow SIGTERM; ours come later, by uv_signal. */
    FCGX_Init();
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

int serve(int argc, char **argv)
{
    static struct process process; /* the ring of recent events is too large for a stack */
    const char *where = NULL;
    struct error err;

    if (argc == 3 && strcmp(argv[1], "--listen") == 0) {
        where = argv[2];
    } else if (argc != 1) {
        fputs("usage: casecast serve [--listen PATH|HOST:PORT]\n", stderr);
        return 2;
    }
    if (prepare(&process, where, &err) < 0) {
        log_error("%s", err.text);
        return 1;
    }
    return run(&process);
}
