/* fuzz_request.c - libFuzzer target: a whole request with any parameters, against the real
 * responders, loop, hub and an empty store.  The answer is text with a status, and no stream stays
 * open.
 *
 * The input holds lines: method, path, query, then the values of the headers of `names`; the rest
 * is the body.  A missing line is not sent. */
#include <assert.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "hooks/hooks.h"
#include "cases/posters.h"
#include "kinds.h"
#include "monitor/health.h"
#include "operators/operators.h"
#include "request/listener.h"
#include "request/responder.h"
#include "request/server.h"
#include "route/clock_feed.h"
#include "route/replay.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"REQUEST_METHOD", "DOCUMENT_URI", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_LAST_EVENT_ID", "HTTP_X_REAL_IP", "CONTENT_TYPE", "CONTENT_LENGTH"};

enum {
    N_NAMES = sizeof names / sizeof *names,
    INPUT_MAX = 8192,
    ANSWER_MS = 20000,
};

static char folder[] = "/tmp/casecast-fuzz.XXXXXX";
static struct config config;
static struct loop loop;
static struct streams streams;
static struct server server;
static struct sockaddr_un address = {.sun_family = AF_UNIX};

/* --- the server, as serve.c wires it --- */

static void set(const char *name, const char *file)
{
    char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    setenv(name, path, 1);
}

static void clear_up(void)
{
    static const char *const files[] = {"socket", "db", "db-wal", "db-shm", "db-members"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];

        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void configure(void)
{
    struct error err;

    if (!mkdtemp(folder))
        abort();
    atexit(clear_up);
    set("CASECAST_DB", "db");
    set("CASECAST_OUTPUT", ".");
    setenv("CASECAST_CACHE_MIB", "0", 1);
    setenv("CASECAST_RESPONDERS", "2", 1);
    if (config_read(&config, &err) < 0)
        abort();
    log_start("stderr", LOG_LEVEL_ERROR);
    digest_init();
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    if (listener_open(address.sun_path, &server.listen_fd, &err) < 0)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    configure();
    FCGX_Init();
    signal(SIGPIPE, SIG_IGN);
    loop_init(&loop);
    if (streams_init(&streams, &config, &loop) < 0)
        abort();
    timer_wheel_init(&server.wheel, &loop.uv, clock_feed_due);
    server.config = &config;
    kinds_set(&server.kinds, job_kinds);
    server.kind_routes = kind_routes;
    server.operator_routes = operator_routes;
    server.answer = route;
    server.loop = &loop;
    server.streams = &streams;
    server.started_ms = clock_wall_ms();
    server.turned_ms = clock_monotonic_ms();
    server.health = health_new(&server);
    server.hub = hub_new(&loop, &config, &server.kinds);
    server.posters = posters_new(&config);
    server.replays = replays_start(&server);
    if (hooks_start(&config, &server.hooks, NULL) < 0 || !server.replays ||
        !responders_start(&server))
        abort();
    return 0;
}

/* --- a request --- */

static void add_record(struct buf *out, int type, const char *content, size_t len)
{
    FCGI_Header header = {.version = FCGI_VERSION_1,
        .type = (unsigned char)type,
        .requestIdB0 = 1,
        .contentLengthB1 = (unsigned char)(len >> 8),
        .contentLengthB0 = (unsigned char)len};

    buf_add(out, (const char *)&header, sizeof header);
    buf_add(out, content, len);
}

static void add_length(struct buf *out, size_t len)
{
    const char four[] = {(char)(0x80 | len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};

    buf_add(out, four, sizeof four);
}

static void add_param(struct buf *params, const char *name, const char *value, size_t len)
{
    add_length(params, strlen(name));
    add_length(params, len);
    buf_add_text(params, name);
    buf_add(params, value, len);
}

static void make_request(const char *data, size_t size, struct buf *out)
{
    static const FCGI_BeginRequestBody begin = {.roleB0 = FCGI_RESPONDER};
    struct buf params = {0};

    for (int i = 0; i < N_NAMES && size; i++) {
        const char *end = memchr(data, '\n', size);
        size_t len = end ? (size_t)(end - data) : size;

        add_param(&params, names[i], data, len);
        len += end != NULL;
        data += len;
        size -= len;
    }
    add_record(out, FCGI_BEGIN_REQUEST, (const char *)&begin, sizeof begin);
    if (params.len)
        add_record(out, FCGI_PARAMS, params.data, params.len);
    add_record(out, FCGI_PARAMS, "", 0);
    if (size)
        add_record(out, FCGI_STDIN, data, size);
    add_record(out, FCGI_STDIN, "", 0);
    buf_free(&params);
}

/* --- its answer --- */

/* The content of all whole records of standard output. */
static void read_records(const struct buf *raw, struct buf *ret_text)
{
    FCGI_Header header;

    for (size_t at = 0; raw->len - at >= sizeof header;) {
        size_t len;

        memcpy(&header, raw->data + at, sizeof header);
        assert(header.version == FCGI_VERSION_1);
        len = (size_t)header.contentLengthB1 << 8 | header.contentLengthB0;
        if (raw->len - at < sizeof header + len + header.paddingLength)
            break;
        if (header.type == FCGI_STDOUT)
            buf_add(ret_text, raw->data + at + sizeof header, len);
        at += sizeof header + len + header.paddingLength;
    }
}

/* The head of a stream is enough: a clock would go on for minutes. */
static bool has_streamed(const struct buf *raw)
{
    return raw->len && memmem(raw->data, raw->len, "text/event-stream", 17) &&
           memmem(raw->data, raw->len, "retry: ", 7);
}

static void read_answer(int fd, struct buf *raw)
{
    int64_t deadline_ms = clock_monotonic_ms() + ANSWER_MS;
    struct pollfd peer = {.fd = fd, .events = POLLIN};
    char bytes[4096];

    while (!has_streamed(raw)) {
        ssize_t n;

        uv_run(&loop.uv, UV_RUN_NOWAIT);
        assert(clock_monotonic_ms() < deadline_ms);
        if (poll(&peer, 1, 1) != 1)
            continue;
        n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            break;
        buf_add(raw, bytes, (size_t)n);
    }
}

/* A stream ends when its viewer has left. */
static void wait_until_all_is_over(void)
{
    int64_t deadline_ms = clock_monotonic_ms() + ANSWER_MS;

    while (atomic_load(&streams.limits.n_open)) {
        uv_run(&loop.uv, UV_RUN_NOWAIT);
        assert(clock_monotonic_ms() < deadline_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf request = {0}, raw = {0}, text = {0};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (size <= INPUT_MAX && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        make_request((const char *)data, size, &request);
        assert(write(fd, request.data, request.len) == (ssize_t)request.len);
        read_answer(fd, &raw);
        read_records(&raw, &text);
        assert(text.len > 8 && memcmp(text.data, "Status: ", 8) == 0);
        assert(text_is_utf8(text.data, text.len, NULL));
    }
    close(fd);
    wait_until_all_is_over();
    buf_free(&request);
    buf_free(&raw);
    buf_free(&text);
    return 0;
}
