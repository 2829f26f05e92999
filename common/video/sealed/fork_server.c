/* fork_server.c - see fork_server.h. */
#include "video/sealed/fork_server.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "video/sealed/exchange.h"
#include "video/sealed/fork_order.h"

bool fork_server_is_wanted(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], FORK_SERVER_ARGUMENT) == 0;
}

/* Its environment, and nothing of the server's. */
static void fork_server_set_environment(struct buf *lines)
{
    size_t n = 0;

    environ = mem_new_n(lines->len + 1, char *);
    for (size_t at = 0; at < lines->len; at += strlen(lines->data + at) + 1)
        environ[n++] = lines->data + at;
}

/* The new process: its end of the pair takes the place of the server's.  It says itself who it is,
 * so where the server is killed there is none of which nobody knows. */
static void fork_server_leave(
    const struct fork_order *order, struct buf *lines, int its_end, fork_server_become *become)
{
    const fork_answer answer = getpid();

    dup2(its_end, EXCHANGE_FD);
    close(its_end);
    setsid();
    fork_server_set_environment(lines);
    exchange_send(EXCHANGE_FD, &answer, sizeof answer, NULL, 0);
    become(order->role, order->is_required);
    _exit(EXIT_FAILURE);
}

/* The call itself, not fork(): the new process has the server's parent.  The C library then takes
 * the new process's only thread for the server's, by its number.  With one thread nothing compares
 * such numbers, and a thread that it starts has its own. */
static void fork_server_fork(
    const struct fork_order *order, struct buf *lines, int its_end, fork_server_become *become)
{
    long pid = syscall(SYS_clone, CLONE_PARENT, NULL, NULL, NULL, NULL);
    const fork_answer answer = -errno;

    if (pid == 0)
        fork_server_leave(order, lines, its_end, become);
    if (pid < 0)
        exchange_send(its_end, &answer, sizeof answer, NULL, 0);
}

static bool fork_server_serve(fork_server_become *become)
{
    struct fork_order order;
    struct buf lines = {0};
    int fds[EXCHANGE_FDS];
    bool is_whole = exchange_receive(EXCHANGE_FD, &order, sizeof order, fds) &&
                    exchange_receive_long(EXCHANGE_FD, NULL, NULL, &lines);

    if (is_whole)
        fork_server_fork(&order, &lines, fds[0], become);
    for (int i = 0; i < EXCHANGE_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    buf_free(&lines);
    return is_whole;
}

int fork_server_main(fork_server_become *become)
{
    prctl(PR_SET_NAME, "casecast-forks");
    while (fork_server_serve(become))
        continue;
    _exit(EXIT_SUCCESS);
}
