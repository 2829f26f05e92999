/* decoders.c - see decoders.h. */
#include "video/media/decoders.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/text.h"
#include "video/media/decoder.h"
#include "video/media/seal.h"

enum { CANCEL_MS = 50 };

/* --- starting --- */

/* Set in a decoder.  Without it a program that does not ask decoder_is_wanted() would start itself
 * for ever. */
#define DECODER_MARK "CASECAST_DECODER"

/* The environment holds keys and passwords: a decoder gets what allocators and sanitizers read. */
static char **decoders_environment(char *ret_list[static 8])
{
    static const char *const names[] = {
        "GLIBC_TUNABLES=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS="};
    int n = 0;

    ret_list[n++] = DECODER_MARK "=1";
    for (char **line = environ; *line; line++)
        for (size_t i = 0; i < sizeof names / sizeof *names && n < 7; i++)
            if (strncmp(*line, names[i], strlen(names[i])) == 0)
                ret_list[n++] = *line;
    ret_list[n] = NULL;
    return ret_list;
}

/* Its standard streams are empty; it inherits its end of the pair and nothing else.  stderr is for
 * the reports of sanitizers. */
static int decoders_spawn(int its_end, bool is_required, pid_t *ret_pid)
{
    static char program[] = "/proc/self/exe";
    char *argv[] = {"casecast", DECODER_ARGUMENT, is_required ? SEAL_REQUIRED : SEAL_TRIED, NULL};
    char *environment[8];
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
    rc = posix_spawn(
        ret_pid, program, &actions, &attributes, argv, decoders_environment(environment));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int decoders_start(bool is_required, struct decoders_one *ret_one, struct error *err)
{
    int ends[2], rc;

    if (getenv(DECODER_MARK))
        return error_set(err, ERR_LIBRARY, "a decoder starts no decoder");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return error_set(err, ERR_LIMIT, "no decoder can be started: %s", strerror(errno));
    rc = decoders_spawn(ends[1], is_required, &ret_one->pid);
    close(ends[1]);
    ret_one->socket = ends[0];
    ret_one->patience_s = SEAL_SECONDS;
    if (rc == 0)
        return 0;
    close(ends[0]);
    return error_set(err, ERR_LIMIT, "no decoder can be started: %s", strerror(rc));
}

/* Its status, as of waitpid(). */
static int decoders_reap(struct decoders_one *one)
{
    int status = 0;

    close(one->socket);
    while (waitpid(one->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

void decoders_end(struct decoders_one *one)
{
    kill(one->pid, SIGKILL);
    decoders_reap(one);
}

/* --- asking --- */

/* From here on it may use so much processor time: a decoder that stalls ends. */
static void decoders_renew_time(const struct decoders_one *one)
{
    struct timespec used = {0};
    struct rlimit limit = {.rlim_max = RLIM_INFINITY};
    clockid_t clock;

    if (clock_getcpuclockid(one->pid, &clock) == 0)
        clock_gettime(clock, &used);
    limit.rlim_cur = (rlim_t)used.tv_sec + SEAL_PROCESSOR_SECONDS;
    prlimit(one->pid, RLIMIT_CPU, &limit, NULL);
}

static time_t decoders_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* 0: there is an answer, or the other side is gone.  A decoder that sleeps uses no processor time,
 * so it has a deadline, too: one that no busy machine needs. */
static int decoders_wait(
    const struct decoders_one *one, const char *name, const atomic_bool *cancel, struct error *err)
{
    struct pollfd wait = {.fd = one->socket, .events = POLLIN};
    time_t deadline = decoders_now() + one->patience_s;

    while (decoders_now() < deadline) {
        if (cancel_is_set(cancel))
            return cancel_error(err);
        if (poll(&wait, 1, cancel ? CANCEL_MS : 1000) > 0)
            return 0;
    }
    return error_set(err, ERR_INPUT,
        "%s: damaged, or on a disk that does not answer: decoding it "
        "takes more than %d seconds",
        name, one->patience_s);
}

static int decoders_explain_signal(int signal, const char *name, struct error *err)
{
    if (signal == SIGKILL)
        return error_set(err, ERR_LIMIT,
            "%s: its decoder was killed, perhaps because this machine has no memory left", name);
    if (signal == SIGXCPU)
        return error_set(err, ERR_INPUT,
            "%s: damaged, or too costly: decoding it takes more than %d seconds of a processor",
            name, SEAL_PROCESSOR_SECONDS);
    return error_set(err, ERR_INPUT,
        "%s: damaged: decoding it ends in %s, or needs more than %d MiB of memory", name,
        strsignal(signal), SEAL_MEMORY_MIB);
}

static int decoders_explain(int status, const char *name, struct error *err)
{
    if (WIFSIGNALED(status))
        return decoders_explain_signal(WTERMSIG(status), name, err);
    if (WEXITSTATUS(status) == SEAL_REFUSED)
        return error_set(err, ERR_LIBRARY,
            "CASECAST_SEAL=require: this kernel refuses seccomp, so nothing is decoded: allow it, "
            "or set CASECAST_SEAL=try");
    return error_set(
        err, ERR_LIBRARY, "%s: its decoder ended with status %d", name, WEXITSTATUS(status));
}

/* What a decoder says is not trusted: `text` ends, is one line of UTF-8, and `rc` is one of ours.
 */
static int decoders_take_answer(struct answer *answer, struct error *err)
{
    answer->text[sizeof answer->text - 1] = '\0';
    answer->warnings[sizeof answer->warnings - 1] = '\0';
    text_one_line(answer->text);
    text_one_line(answer->warnings);
    if (answer->rc >= 0)
        return answer->rc;
    return error_set(err, answer->rc >= -ERR_LIBRARY ? (enum err_code) - answer->rc : ERR_INPUT,
        "%s", answer->text);
}

int decoders_ask(struct decoders_one *one, const struct question *question, const int *fds,
    int n_fds, const atomic_bool *cancel, struct answer *ret_answer, bool *ret_is_alive,
    struct error *err)
{
    int rc = 0;

    *ret_is_alive = false;
    decoders_renew_time(one);
    if (exchange_send(one->socket, question, sizeof *question, fds, n_fds))
        rc = decoders_wait(one, question->name, cancel, err);
    if (rc < 0) {
        decoders_end(one);
        return rc;
    }
    *ret_is_alive = exchange_receive(one->socket, ret_answer, sizeof *ret_answer, NULL);
    if (!*ret_is_alive)
        return decoders_explain(decoders_reap(one), question->name, err);
    return decoders_take_answer(ret_answer, err);
}
