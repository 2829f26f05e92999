/* responder.c - see responder.h. */
#include "request/responder.h"

#include <errno.h>
#include <fastcgi.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "request/answer.h"
#include "request/pending_connections.h"
#include "request/request.h"

/* How long an accepted connection is waited for after the stop: also where too many processes want
 * the cores, and much less than the five seconds that a stop may take. */
enum { LATE_MS = 1500 };

struct responder {
    struct server *server;
    struct responders *pool;
    pthread_t thread;
    FCGX_Request fcgx;
    struct store *store;

    pthread_mutex_t lock;
    /* under lock */
    int reading_fd; /* -1: none */
    int64_t reading_since_ms;
};

struct responders {
    struct server *server;
    int n;
    int stop_fd, look_fd; /* readable: stop; accept what no process accepted */
    struct pending_connections *pending;
    unsigned long long n_refused_logged; /* loop only */
    struct responder each[];
};

/* --- one request --- */

static void responder_read_arguments(struct request *request)
{
    const struct argument *last_id = arguments_find(&request->arguments, "lastEventId");

    request->last_event_id = request_param(request, "HTTP_LAST_EVENT_ID");
    if (!*request->last_event_id && last_id)
        request->last_event_id = last_id->value;
}

static void responder_read_origin(struct request *request)
{
    const struct config *config = request->server->config;
    struct origin_signs signs = {.host = request_param(request, "HTTP_HOST"),
        .origin = request_param(request, "HTTP_ORIGIN"),
        .fetch_site = request_param(request, "HTTP_SEC_FETCH_SITE"),
        .referer = request_param(request, "HTTP_REFERER")};

    request->is_trusted = strcmp(request_param(request, "CASECAST_TRUSTED"), "1") == 0;
    request->origin = origin_of(config, &signs);
    origin_headers(&request->headers, config, &signs);
}

static void responder_set_reading(struct responder *responder, int fd)
{
    pthread_mutex_lock(&responder->lock);
    responder->reading_fd = fd;
    responder->reading_since_ms = clock_monotonic_ms();
    pthread_mutex_unlock(&responder->lock);
}

void responder_goes_on(struct request *request)
{
    struct responder *responder = request->responder;

    pthread_mutex_lock(&responder->lock);
    responder->reading_since_ms = clock_monotonic_ms();
    pthread_mutex_unlock(&responder->lock);
}

static void responder_answer(struct responder *responder)
{
    struct request request = {.server = responder->server,
        .fcgx = &responder->fcgx,
        .responder = responder,
        .store = &responder->store};
    struct error err;

    atomic_fetch_add(&responder->server->n_requests, 1);
    request.method = request_param(&request, "REQUEST_METHOD");
    request.path =
        config_below(request.server->config->prefix, request_param(&request, "DOCUMENT_URI"));
    request.is_head = strcmp(request.method, "HEAD") == 0;
    request.wants_events =
        strstr(request_param(&request, "HTTP_ACCEPT"), "text/event-stream") != NULL;
    responder_read_origin(&request);
    /* Only these have a body to read; the descriptor of another request may soon be the loop's. */
    if (strcmp(request.method, "POST") != 0 && strcmp(request.method, "PUT") != 0)
        responder_set_reading(responder, -1);
    if (arguments_parse(request_param(&request, "QUERY_STRING"), &request.arguments, &err) < 0) {
        answer_error(&request, &err);
    } else {
        responder_read_arguments(&request);
        request.server->answer(&request);
    }
    arguments_free(&request.arguments);
    buf_free(&request.headers);
    if (request.is_handed_over) {
        /* The loop owns the descriptor: free the rest and send nothing. */
        FCGX_Free(&responder->fcgx, 0);
        responder->fcgx.ipcFd = -1;
    }
}

/* --- one connection --- */

/* FCGX_Accept_r() reads a request from the descriptor that it is given.  A bad one it closes, and
 * then tries to accept from its own listening socket: that is -1, so it gives up. */
static bool responder_read_request(struct responder *responder, int fd)
{
    FCGX_Request *fcgx = &responder->fcgx;

    FCGX_InitRequest(fcgx, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    fcgx->ipcFd = fd;
    fcgx->keepConnection = 1; /* we close it: libfcgi would linger for up to two seconds */
    FCGX_Detach(fcgx);
    return FCGX_Accept_r(fcgx) == 0;
}

static void responder_finish_request(struct responder *responder)
{
    FCGX_Request *fcgx = &responder->fcgx;
    int fd = fcgx->ipcFd;

    if (fd < 0)
        return;
    fcgx->keepConnection = 1;
    FCGX_Finish_r(fcgx);
    if (fcgx->ipcFd >= 0) /* else libfcgi has closed it after an error */
        writer_close(fd);
    fcgx->ipcFd = -1;
}

static void responder_serve(struct responder *responder, int fd)
{
    responder_set_reading(responder, fd);
    if (!responder_read_request(responder, fd)) {
        atomic_fetch_add(&responder->server->n_refused, 1);
        responder_set_reading(responder, -1);
        return;
    }
    if (responder->fcgx.role == FCGI_RESPONDER)
        responder_answer(responder);
    else
        atomic_fetch_add(&responder->server->n_refused, 1);
    responder_set_reading(responder, -1);
    responder_finish_request(responder);
}

/* --- the threads --- */

static bool responder_watch_fd(int epoll, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int responder_watch(struct responder *responder)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    /* Exclusive: a connection wakes one responder, not those of all processes on this socket. */
    if (epoll < 0 ||
        !responder_watch_fd(epoll, responder->server->listen_fd, EPOLLIN | EPOLLEXCLUSIVE) ||
        !responder_watch_fd(
            epoll, pending_ready_fd(responder->pool->pending), EPOLLIN | EPOLLEXCLUSIVE) ||
        !responder_watch_fd(epoll, responder->pool->look_fd, EPOLLIN | EPOLLEXCLUSIVE) ||
        !responder_watch_fd(epoll, responder->pool->stop_fd, EPOLLIN)) {
        log_error("can't wait for connections: %s", strerror(errno));
        exit(1);
    }
    return epoll;
}

/* False: no connection waits, or none can be accepted. */
static bool responder_accept_one(struct responder *responder)
{
    int fd = accept4(responder->server->listen_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0) {
        if (pending_add(responder->pool->pending, fd))
            responder_serve(responder, fd);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_error("no connection can be accepted: %s", strerror(errno));
        usleep(100000); /* the connection waits in the backlog; no busy loop until a descriptor is
                           free */
    }
    return false;
}

static void responder_accept_all(struct responder *responder)
{
    while (responder_accept_one(responder) && !atomic_load(&responder->server->is_draining))
        ;
}

static void responder_take_pending(struct responder *responder)
{
    int fd = pending_take(responder->pool->pending);

    if (fd >= 0)
        responder_serve(responder, fd);
}

/* A thread of this class does not preempt, at each connection, the nginx that is about to make the
 * next one; so connections that come together are accepted together.  When nginx opens 9,000
 * streams as fast as it can, a stream takes 44 us of CPU instead of 77. */
static void responder_run_in_batches(void)
{
    struct sched_param none = {0};

    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

/* After the stop: what was accepted is answered if its request comes soon, because no other process
 * can answer it. */
static void responder_take_rest(struct responder *responder)
{
    struct pollfd ready = {.fd = pending_ready_fd(responder->pool->pending), .events = POLLIN};
    int64_t until_ms = clock_monotonic_ms() + LATE_MS;

    while (pending_is_any(responder->pool->pending) && clock_monotonic_ms() < until_ms)
        if (poll(&ready, 1, 10) == 1)
            responder_take_pending(responder);
}

static void *responder_thread(void *arg)
{
    struct responder *responder = arg;
    int epoll = responder_watch(responder);
    struct epoll_event event;
    eventfd_t unused;

    responder_run_in_batches();
    while (!atomic_load(&responder->server->is_draining)) {
        int n = epoll_wait(epoll, &event, 1, responder->store ? STORE_SPARE_MS : -1);

        if (n == 0)
            store_keep_none(&responder->store);
        if (n != 1)
            continue;
        if (event.data.fd == pending_ready_fd(responder->pool->pending))
            responder_take_pending(responder);
        else if (event.data.fd == responder->server->listen_fd)
            responder_accept_all(responder);
        else if (event.data.fd == responder->pool->look_fd &&
                 eventfd_read(responder->pool->look_fd, &unused) == 0)
            responder_accept_all(responder);
    }
    close(epoll);
    responder_take_rest(responder);
    store_close(responder->store);
    return NULL;
}

struct responders *responders_start(struct server *server)
{
    int n = server->config->responders;
    struct responders *pool = mem_zero(1, sizeof *pool + (size_t)n * sizeof pool->each[0]);

    pool->server = server;
    pool->stop_fd = eventfd(0, EFD_CLOEXEC);
    pool->look_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pool->pending = pending_open(server);
    if (!pool->pending)
        return NULL;
    for (int i = 0; i < n; i++) {
        struct responder *responder = &pool->each[i];

        responder->server = server;
        responder->pool = pool;
        responder->reading_fd = -1;
        pthread_mutex_init(&responder->lock, NULL);
        if (pool->stop_fd < 0 || pool->look_fd < 0 ||
            pthread_create(&responder->thread, NULL, responder_thread, responder) != 0) {
            log_error("the responders can't start: %s", strerror(errno));
            return NULL;
        }
        pool->n++;
    }
    return pool;
}

static void responder_cut_off(struct responder *responder, int64_t most_ms)
{
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&responder->lock);
    /* Reading only: an answer that is being written may end. */
    if (responder->reading_fd >= 0 && now - responder->reading_since_ms >= most_ms)
        shutdown(responder->reading_fd, SHUT_RD);
    pthread_mutex_unlock(&responder->lock);
}

/* A connection wakes one process of those on this socket.  If that process is stopped before it
 * accepts, no other is woken until the next connection comes. */
static void responders_look(struct responders *responders)
{
    struct pollfd waiting = {.fd = responders->server->listen_fd, .events = POLLIN};

    if (poll(&waiting, 1, 0) == 1)
        eventfd_write(responders->look_fd, 1);
}

void responders_watch(struct responders *responders)
{
    unsigned long long n_refused = atomic_load(&responders->server->n_refused);

    for (int i = 0; i < responders->n; i++)
        responder_cut_off(&responders->each[i], REQUEST_MS);
    responders_look(responders);
    if (n_refused != responders->n_refused_logged)
        log_warning("%llu connections closed that brought no complete FastCGI request",
            n_refused - responders->n_refused_logged);
    responders->n_refused_logged = n_refused;
}

void responders_stop(struct responders *responders)
{
    if (eventfd_write(responders->stop_fd, 1) < 0)
        log_error("the responders can't be woken: %s", strerror(errno));
    for (int i = 0; i < responders->n; i++) {
        while (pthread_tryjoin_np(responders->each[i].thread, NULL) == EBUSY) {
            responder_cut_off(&responders->each[i], LATE_MS);
            usleep(5000);
        }
        pthread_mutex_destroy(&responders->each[i].lock);
    }
    pending_close(responders->pending);
    close(responders->stop_fd);
    close(responders->look_fd);
    free(responders);
}
