/* sealed.c - see sealed.h. */
#include "video/sealed/sealed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "video/sealed/fork_order.h"
#include "video/sealed/seal.h"

enum { CANCEL_MS = 50, ENDING_MS = 5000 };

/* Set before threads start. */
static enum sealed_choice chosen = SEALED_OFF;

void sealed_choose(const char *seal)
{
    chosen = strcmp(seal, "require") == 0 ? SEALED_REQUIRE
             : strcmp(seal, "try") == 0   ? SEALED_TRY
                                          : SEALED_OFF;
}

enum sealed_choice sealed_chosen(void)
{
    return chosen;
}

/* --- starting --- */

int sealed_start(
    const struct sealed_role *role, bool is_required, struct sealed_one *ret_one, struct error *err)
{
    const struct timeval patience = {.tv_sec = SEAL_SECONDS};
    int ends[2], rc;

    /* A program that does not ask child_is_wanted() would start itself for ever. */
    if (getenv(FORK_MARK))
        return error_set(err, ERR_LIBRARY, "a sealed process starts no other");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return error_set(err, ERR_LIMIT, "no sealed process can be started: %s", strerror(errno));
    rc = fork_order(role, is_required, ends[1], err);
    close(ends[1]);
    *ret_one = (struct sealed_one){
        .role = role, .is_required = is_required, .socket = ends[0], .patience_s = SEAL_SECONDS};
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (rc < 0)
        close(ends[0]);
    return rc;
}

void sealed_end(struct sealed_one *one)
{
    /* One that was never asked. */
    bool is_started =
        one->pid > 0 || exchange_receive(one->socket, &one->pid, sizeof one->pid, NULL);

    close(one->socket);
    if (!is_started || one->pid < 0)
        return;
    kill(one->pid, SIGKILL);
    while (waitpid(one->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Of a process whose answer was none: it is ending, or else goes on and must be ended.  Its status,
 * as of waitpid(); -1: it was ended. */
static int sealed_reap_broken(struct sealed_one *one)
{
    int status = 0;

    close(one->socket);
    for (int ms = 0; ms < ENDING_MS; ms++) {
        if (waitpid(one->pid, &status, WNOHANG) == one->pid)
            return status;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(one->pid, SIGKILL);
    while (waitpid(one->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return -1;
}

/* --- asking --- */

/* From here on it may use so much processor time: a process that stalls ends. */
static void sealed_renew_time(const struct sealed_one *one)
{
    struct timespec used = {0};
    struct rlimit limit = {.rlim_max = RLIM_INFINITY};
    clockid_t clock;

    if (clock_getcpuclockid(one->pid, &clock) == 0)
        clock_gettime(clock, &used);
    limit.rlim_cur = (rlim_t)used.tv_sec + SEAL_PROCESSOR_SECONDS;
    prlimit(one->pid, RLIMIT_CPU, &limit, NULL);
}

static time_t sealed_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* 0: there is an answer, or the other side is gone.  A process that sleeps uses no processor time,
 * so it has a deadline, too: one that no busy machine needs. */
static int sealed_wait(
    const struct sealed_one *one, const char *name, const atomic_bool *cancel, struct error *err)
{
    struct pollfd wait = {.fd = one->socket, .events = POLLIN};
    time_t deadline = sealed_now() + one->patience_s;

    while (sealed_now() < deadline) {
        if (cancel_is_set(cancel))
            return cancel_error(err);
        if (poll(&wait, 1, cancel ? CANCEL_MS : 1000) > 0)
            return 0;
    }
    return error_set(err, ERR_INPUT,
        "%s: %s, or on a disk that does not answer: %s takes more than %d seconds", name,
        one->role->fault, one->role->work, one->patience_s);
}

/* After a crash the next process has other addresses (fork_server.h). */
static int sealed_explain_signal(
    const struct sealed_role *role, int signal, const char *name, struct error *err)
{
    if (signal == SIGKILL)
        return error_set(err, ERR_LIMIT,
            "%s: %s was killed, perhaps because this machine has no memory left", name,
            role->process);
    if (signal == SIGXCPU)
        return error_set(err, ERR_INPUT,
            "%s: %s, or too costly: %s takes more than %d seconds of a processor", name,
            role->fault, role->work, SEAL_PROCESSOR_SECONDS);
    fork_order_forget();
    return error_set(err, ERR_INPUT, "%s: %s: %s ends in %s, or needs more than %d MiB of memory",
        name, role->fault, role->work, strsignal(signal), SEAL_MEMORY_MIB);
}

static int sealed_explain(
    const struct sealed_role *role, int status, const char *name, struct error *err)
{
    if (status == -1)
        return error_set(
            err, ERR_INPUT, "%s: %s: %s gave what is no answer", name, role->fault, role->process);
    if (WIFSIGNALED(status))
        return sealed_explain_signal(role, WTERMSIG(status), name, err);
    if (WEXITSTATUS(status) == SEAL_REFUSED)
        return error_set(err, ERR_LIBRARY,
            "CASECAST_SEAL=require: this kernel refuses seccomp, so nothing is decoded and no text "
            "is set: allow it, or set CASECAST_SEAL=try");
    return error_set(
        err, ERR_LIBRARY, "%s: %s ended with status %d", name, role->process, WEXITSTATUS(status));
}

/* Waits until the process is forked.  1: its fork server has ended before. */
static int sealed_wait_for_fork(
    struct sealed_one *one, const char *name, const atomic_bool *cancel, struct error *err)
{
    int rc = one->pid ? 0 : sealed_wait(one, name, cancel, err);

    if (rc < 0 || one->pid) {
        if (rc < 0)
            sealed_end(one);
        return rc;
    }
    if (!exchange_receive(one->socket, &one->pid, sizeof one->pid, NULL)) {
        close(one->socket);
        return 1;
    }
    if (one->pid > 0)
        return 0;
    close(one->socket);
    return error_set(err, ERR_LIMIT, "no sealed process can be started: %s", strerror(-one->pid));
}

/* Its process is there and has time for a question. */
static int sealed_prepare(
    struct sealed_one *one, const char *name, const atomic_bool *cancel, struct error *err)
{
    int rc = sealed_wait_for_fork(one, name, cancel, err);

    for (int i = 0; rc == 1 && i < 2; i++) {
        rc = sealed_start(one->role, one->is_required, one, err);
        if (rc == 0)
            rc = sealed_wait_for_fork(one, name, cancel, err);
    }
    if (rc == 1)
        return error_set(
            err, ERR_LIMIT, "no sealed process can be started: what forks it ends at once");
    if (rc == 0)
        sealed_renew_time(one);
    return rc;
}

int sealed_ask(struct sealed_one *one, const char *name, const void *question, size_t question_size,
    const int *fds, int n_fds, const atomic_bool *cancel, void *ret_answer, size_t answer_size,
    struct error *err)
{
    int rc = sealed_prepare(one, name, cancel, err);

    if (rc < 0)
        return rc;
    if (exchange_send(one->socket, question, question_size, fds, n_fds))
        rc = sealed_wait(one, name, cancel, err);
    if (rc < 0)
        sealed_end(one);
    else if (!exchange_receive(one->socket, ret_answer, answer_size, NULL))
        rc = sealed_explain(one->role, sealed_reap_broken(one), name, err);
    return rc;
}

/* A wait of exchange_receive_long(). */
struct sealed_waiting {
    const struct sealed_one *one;
    const char *name;
    const atomic_bool *cancel;
    struct error *err;
    int rc;
};

static bool sealed_wait_for_piece(void *ctx)
{
    struct sealed_waiting *waiting = ctx;

    waiting->rc = sealed_wait(waiting->one, waiting->name, waiting->cancel, waiting->err);
    return waiting->rc == 0;
}

int sealed_ask_long(struct sealed_one *one, const char *name, const struct buf *question,
    const atomic_bool *cancel, struct buf *ret_answer, struct error *err)
{
    struct sealed_waiting waiting = {one, name, cancel, err, 0};
    int rc = sealed_prepare(one, name, cancel, err);

    *ret_answer = (struct buf){0};
    if (rc < 0)
        return rc;
    if (exchange_send_long(one->socket, question) &&
        exchange_receive_long(one->socket, sealed_wait_for_piece, &waiting, ret_answer))
        return 0;
    if (waiting.rc == 0)
        return sealed_explain(one->role, sealed_reap_broken(one), name, err);
    sealed_end(one);
    return waiting.rc;
}
