/* fork_order.c - see fork_order.h. */
#include "video/sealed/fork_order.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "video/sealed/seal.h"

static pthread_mutex_t server_lock = PTHREAD_MUTEX_INITIALIZER;
/* under server_lock */
static struct fork_server {
    pid_t owner; /* the process that started it: a copy of that has none */
    pid_t pid;   /* 0: there is none */
    int socket;
} server;

/* --- the environment, which holds keys and passwords --- */

static bool fork_order_has_variable(const char *line, const char *const *names)
{
    for (; *names; names++)
        if (strncmp(line, *names, strlen(*names)) == 0)
            return true;
    return false;
}

/* What allocators and sanitizers read, and what `role` (or NULL) names. */
static bool fork_order_may_have(const struct sealed_role *role, const char *line)
{
    static const char *const names[] = {"GLIBC_TUNABLES=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
        "LSAN_OPTIONS=", "TSAN_OPTIONS=", NULL};

    return fork_order_has_variable(line, names) ||
           (role && fork_order_has_variable(line, role->variables));
}

static struct buf fork_order_environment(const struct sealed_role *role)
{
    struct buf lines = {0};

    buf_add(&lines, FORK_MARK "=1", sizeof FORK_MARK "=1");
    for (char **line = environ; *line; line++)
        if (fork_order_may_have(role, *line))
            buf_add(&lines, *line, strlen(*line) + 1);
    return lines;
}

/* --- the server --- */

enum { VARIABLES_MAX = 8 };

static void fork_server_environment(struct buf *lines, char *ret_list[static VARIABLES_MAX])
{
    int n = 0;

    for (size_t at = 0; at < lines->len && n < VARIABLES_MAX - 1; at += strlen(ret_list[n++]) + 1)
        ret_list[n] = lines->data + at;
    ret_list[n] = NULL;
}

/* Its standard streams are empty; it inherits its end of the pair and nothing else.  stderr is for
 * the reports of sanitizers. */
static int fork_server_spawn(int its_end, struct buf *lines, pid_t *ret_pid)
{
    static char program[] = "/proc/self/exe";
    char *argv[] = {"casecast", FORK_SERVER_ARGUMENT, NULL};
    char *environment[VARIABLES_MAX];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, its_end, EXCHANGE_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, EXCHANGE_FD + 1);
    fork_server_environment(lines, environment);
    rc = posix_spawn(ret_pid, program, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* 0, or an errno. */
static int fork_server_start_locked(void)
{
    const struct timeval patience = {.tv_sec = SEAL_SECONDS};
    struct buf lines;
    int ends[2], rc;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return errno;
    lines = fork_order_environment(NULL);
    rc = fork_server_spawn(ends[1], &lines, &server.pid);
    buf_free(&lines);
    close(ends[1]);
    if (rc == 0) {
        setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        server.owner = getpid();
        server.socket = ends[0];
    } else {
        close(ends[0]);
        server.pid = 0;
    }
    return rc;
}

static void fork_server_end_locked(void)
{
    if (server.pid == 0)
        return;
    close(server.socket);
    if (server.owner == getpid()) {
        kill(server.pid, SIGKILL);
        while (waitpid(server.pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    server.pid = 0;
}

void fork_order_forget(void)
{
    pthread_mutex_lock(&server_lock);
    fork_server_end_locked();
    pthread_mutex_unlock(&server_lock);
}

/* --- orders --- */

/* 0, or an errno: the server is gone. */
static int fork_order_send_locked(
    const struct fork_order *order, const struct buf *lines, int its_end)
{
    return exchange_send(server.socket, order, sizeof *order, &its_end, 1) &&
                   exchange_send_long(server.socket, lines)
               ? 0
               : errno;
}

/* A server that something else has ended is no reason to fail: the second try starts another. */
static int fork_order_try_locked(
    const struct fork_order *order, const struct buf *lines, int its_end)
{
    int rc = 0;

    for (int i = 0; i < 2; i++) {
        if (server.pid && server.owner != getpid())
            fork_server_end_locked();
        rc = server.pid ? 0 : fork_server_start_locked();
        if (rc == 0)
            rc = fork_order_send_locked(order, lines, its_end);
        if (rc == 0)
            return 0;
        fork_server_end_locked();
    }
    return rc;
}

int fork_order(const struct sealed_role *role, bool is_required, int its_end, struct error *err)
{
    struct fork_order order = {.is_required = is_required};
    struct buf lines = fork_order_environment(role);
    int rc;

    snprintf(order.role, sizeof order.role, "%s", role->name);
    pthread_mutex_lock(&server_lock);
    rc = fork_order_try_locked(&order, &lines, its_end);
    pthread_mutex_unlock(&server_lock);
    buf_free(&lines);
    return rc ? error_set(err, ERR_LIMIT, "no sealed process can be started: %s", strerror(rc)) : 0;
}
