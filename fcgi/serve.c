/* serve.c - starts the loop, the streams, the hub and the responders, and stops them in order. */
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "hooks/hooks.h"
#include "kind/kind_program.h"
#include "cases/case_job.h"
#include "cases/posters.h"
#include "kinds.h"
#include "monitor/health.h"
#include "monitor/metrics.h"
#include "notify.h"
#include "operators/operators.h"
#include "reload.h"
#include "request/listener.h"
#include "request/responder.h"
#include "request/server.h"
#include "route/clock_feed.h"
#include "route/replay.h"
#include "s3/s3.h"
#include "settings/settings.h"
#include "cases/stills.h"
#include "video/sealed/sealed.h"

enum {
    WATCH_MS = 500,
    STOP_MS = 4500, /* after this the process exits, and its jobs wait for the end of their lease */
};

/* Signals that ask a program to stop; here they all mean the same, but for HUP where there are
 * files of kinds.  multiwatch of Debian 12 sends
 * QUIT where TERM was configured, a terminal sends HUP, INT or QUIT, web servers send USR1 to
 * FastCGI programs. */
static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};
enum { N_STOP_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

struct process {
    struct config config;
    struct loop loop;
    struct streams streams;
    struct server server;
    struct responders *responders;
    struct notify notify;
    struct reload reload;
    uv_signal_t on_stop[N_STOP_SIGNALS];
    uv_timer_t watch, deadline;
    uv_check_t polled;
    uv_prepare_t turn_end;
    int64_t turn_began_ms; /* of uv_now() */
    struct mail drain;
    int n_to_drain; /* of hub, streams and reload: how many have not ended yet */
};

/* --- stopping --- */

static void serve_part_drained(void *ctx)
{
    struct process *process = ctx;

    if (--process->n_to_drain == 0)
        uv_stop(&process->loop.uv);
}

static void serve_on_deadline(uv_timer_t *timer)
{
    (void)timer;
    log_warning("stopped before everything had ended: other processes take over the jobs that ran "
                "here when their lease ends");
    _exit(0);
}

/* Runs after the handover of every stream: the responders have posted those before. */
static void serve_drain(struct mail *mail)
{
    struct process *process = list_item(&mail->link, struct process, drain.link);

    process->n_to_drain = 3;
    reload_stop(&process->reload, serve_part_drained, process);
    streams_drain(&process->streams, serve_part_drained, process);
    hub_drain(process->server.hub, serve_part_drained, process);
}

/* systemd and multiwatch both signal the process, one of them later on a busy machine, and the loop
 * may read a second signal late.  So a second signal changes nothing: the deadline holds from the
 * first one. */
static void serve_on_stop(uv_signal_t *handle, int signal)
{
    struct process *process = handle->data;
    char status[80];

    if (signal == SIGHUP && *process->config.kinds) {
        reload_ask(&process->reload, &process->server);
        return;
    }
    if (atomic_exchange(&process->server.is_draining, true))
        return;
    snprintf(status, sizeof status, "stopping, %d streams are told to reconnect",
        atomic_load(&process->streams.limits.n_open));
    log_info("signal %d: %s", signal, status);
    notify_stopping(&process->notify, status);
    uv_timer_start(&process->deadline, serve_on_deadline, STOP_MS, 0);
    responders_stop(process->responders);
    process->responders = NULL;
    loop_post(&process->loop, &process->drain, serve_drain);
}

/* --- running --- */

/* libuv takes the time when poll() returns, and runs the check handles after the callbacks. */
static void serve_on_polled(uv_check_t *check)
{
    struct process *process = check->data;

    process->turn_began_ms = (int64_t)uv_now(&process->loop.uv);
}

/* The last of the prepare handles: next the loop waits. */
static void serve_on_turn_end(uv_prepare_t *prepare)
{
    struct process *process = prepare->data;
    long long turn_us = clock_monotonic_ns() / 1000 - process->turn_began_ms * 1000;

    if (process->turn_began_ms && turn_us > atomic_load(&process->server.worst_turn_us))
        atomic_store(&process->server.worst_turn_us, turn_us);
}

static void serve_tell(struct process *process, int64_t now_ms)
{
    struct hub *hub = process->server.hub;
    struct hub_counts counts;
    char status[120];

    hub_count(hub, &counts);
    snprintf(status, sizeof status, "%s%d jobs run here, %d streams are open",
        hub_is_ready(hub) ? "" : "waits for the database; ", counts.n_running,
        atomic_load(&process->streams.limits.n_open));
    notify_turn(
        &process->notify, now_ms, status, !health_stuck(now_ms, now_ms, hub_turned_ms(hub)));
}

static void serve_on_watch(uv_timer_t *timer)
{
    struct process *process = timer->data;
    int64_t now_ms = clock_monotonic_ms();

    atomic_store(&process->server.turned_ms, now_ms);
    serve_tell(process, now_ms);
    if (process->responders)
        responders_watch(process->responders);
}

/* libuv runs prepare handles in the reverse order of their start: start this one first. */
static void serve_start_measuring(struct process *process)
{
    uv_check_init(&process->loop.uv, &process->polled);
    uv_prepare_init(&process->loop.uv, &process->turn_end);
    process->polled.data = process->turn_end.data = process;
    uv_check_start(&process->polled, serve_on_polled);
    uv_prepare_start(&process->turn_end, serve_on_turn_end);
}

/* A HUP that is ignored (nohup) stays ignored. */
static void serve_start_signal(struct process *process, uv_signal_t *handle, int number)
{
    struct sigaction was;

    uv_signal_init(&process->loop.uv, handle);
    handle->data = process;
    if (number != SIGHUP || sigaction(number, NULL, &was) < 0 || was.sa_handler != SIG_IGN)
        uv_signal_start(handle, serve_on_stop, number);
}

/* Before the responders: a signal must not end a process that has accepted a request. */
static void serve_start_handles(struct process *process)
{
    uv_loop_t *uv = &process->loop.uv;

    for (int i = 0; i < N_STOP_SIGNALS; i++)
        serve_start_signal(process, &process->on_stop[i], stop_signals[i]);
    uv_timer_init(uv, &process->watch);
    uv_timer_init(uv, &process->deadline);
    process->watch.data = process;
    uv_timer_start(&process->watch, serve_on_watch, 0, WATCH_MS);
}

static void serve_stop_handles(struct process *process)
{
    for (int i = 0; i < N_STOP_SIGNALS; i++)
        uv_close((uv_handle_t *)&process->on_stop[i], NULL);
    uv_close((uv_handle_t *)&process->watch, NULL);
    uv_close((uv_handle_t *)&process->deadline, NULL);
    uv_close((uv_handle_t *)&process->polled, NULL);
    uv_close((uv_handle_t *)&process->turn_end, NULL);
    /* libuv has restored the default actions.  A signal in the last milliseconds must not change
     * the exit status of 0. */
    for (int i = 0; i < N_STOP_SIGNALS; i++)
        signal(stop_signals[i], SIG_IGN);
}

/* False and a log line: a part can't be started. */
static bool serve_start_parts(struct process *process)
{
    struct server *server = &process->server;
    struct error err;

    loop_init(&process->loop);
    serve_start_measuring(process);
    serve_start_handles(process);
    if (streams_init(&process->streams, &process->config, &process->loop) < 0) {
        log_error("no socket can be made: %s", strerror(errno));
        return false;
    }
    timer_wheel_init(&server->wheel, &process->loop.uv, clock_feed_due);
    if (hooks_start(&process->config, &server->hooks, &err) < 0) {
        log_error("%s", err.text);
        return false;
    }
    server->hub = hub_new(&process->loop, &process->config, &server->kinds);
    server->health = health_new(server);
    server->posters = posters_new(&process->config);
    server->stills = stills_new(&process->config);
    server->replays = replays_start(server);
    metrics_start(server);
    process->responders = server->replays ? responders_start(server) : NULL;
    return process->responders != NULL;
}

/* The responders have ended already: they stop first. */
static void serve_free_parts(struct process *process)
{
    struct server *server = &process->server;

    hooks_stop(server->hooks);
    replays_stop(server->replays);
    posters_free(server->posters);
    stills_free(server->stills);
    metrics_stop(server);
    hub_free(server->hub);
    timer_wheel_deinit(&server->wheel);
    health_free(server->health);
    streams_deinit(&process->streams);
    serve_stop_handles(process);
    loop_deinit(&process->loop);
}

static int serve_run(struct process *process)
{
    char *database;

    if (!serve_start_parts(process))
        return 1;
    database = store_name(process->config.database);
    log_info("ready: %d responders, %d jobs at once, database %s", process->config.responders,
        process->config.slots, database);
    free(database);
    uv_run(&process->loop.uv, UV_RUN_DEFAULT);
    notify_deinit(&process->notify);
    serve_free_parts(process);
    s3_stop();
    log_info("stopped");
    return 0;
}

/* --- starting --- */

/* libuv reads the size of its thread pool once, from the environment: a thread for each job, and
 * two for its own requests. */
static void serve_size_pool(const struct config *config)
{
    char size[16];

    snprintf(size, sizeof size, "%d", config->slots + 2);
    setenv("UV_THREADPOOL_SIZE", size, 1);
}

static int serve_prepare(struct process *process, const char *where, struct error *err)
{
    struct server *server = &process->server;
    const struct job_kind *const *kinds;

    if (settings_read(&process->config, err) < 0)
        return -(int)err->code;
    log_start(process->config.log, LOG_LEVEL_INFO);
    notify_init(&process->notify);
    digest_init();
    sealed_choose(process->config.seal);
    serve_size_pool(&process->config);
    if (kinds_with_programs(&process->config, job_kinds, job_kinds, &kinds, err) < 0 ||
        config_make_run(&process->config, err) < 0 || s3_start(&process->config, err) < 0 ||
        hooks_check(&process->config, err) < 0 ||
        health_make_output(process->config.output, err) < 0 ||
        listener_open(where, &server->listen_fd, err) < 0)
        return -(int)err->code;
    notify_keep_socket(&process->notify, server->listen_fd);
    kinds_set(&server->kinds, kinds);
    server->config = &process->config;
    server->kind_routes = kind_routes;
    server->operator_routes = operator_routes;
    server->brought = &case_brought;
    server->answer = route;
    server->loop = &process->loop;
    server->streams = &process->streams;
    server->started_ms = clock_wall_ms();
    server->turned_ms = clock_monotonic_ms();
    /* The handlers of libfcgi would swallow SIGTERM; uv_signal sets ours later. */
    FCGX_Init();
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

int serve(const char *where)
{
    static struct process process; /* the timer wheel is too large for a stack */
    struct error err;

    if (serve_prepare(&process, where, &err) < 0) {
        log_error("%s", err.text);
        return 1;
    }
    return serve_run(&process);
}
