/* speech.c - see speech.h. */
#include "video/speech.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "video/cancel.h"
#include "video/resample.h"
#include "video/timeline.h"

enum {
    RATE = 22050,
    WAV_HEADER = 44,
    BYTES_MAX = SPEECH_SECONDS_MAX * RATE * 2,
    QUIET = 60,            /* of 32767: what the ear does not take for a sound yet */
    SILENT_MS_MAX = 30000, /* a speaker that says nothing for so long hangs */
};

/* A running espeak-ng. */
struct speaker {
    pid_t pid;
    int fd; /* its samples */
};

/* The text goes in by a file in memory, not a pipe: no deadlock, whatever its length. */
static int text_fd(const char *text, struct error *err)
{
    size_t len = strlen(text);
    int fd = memfd_create("narration", MFD_CLOEXEC);

    if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0) {
        error_set(err, ERR_IO, "no room for a narration: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -ERR_IO;
    }
    return fd;
}

static int spawn(const char *language, int in, int out, pid_t *ret_pid, struct error *err)
{
    /* Nothing of our own environment and signals may change how it sounds, or keep it from dying.
     */
    static char *const environment[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    char *const args[] = {
        "espeak-ng", "-b", "1", "-v", (char *)language, "--stdin", "--stdout", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    rc = posix_spawnp(ret_pid, "espeak-ng", &files, &attr, args, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (rc == ENOENT)
        return error_set(
            err, ERR_LIBRARY, "espeak-ng is not installed: narrations can't be spoken");
    return rc ? error_set(err, ERR_LIBRARY, "espeak-ng can't be started: %s", strerror(rc)) : 0;
}

static int start(const char *text, const char *language, struct speaker *speaker, struct error *err)
{
    int in = text_fd(text, err), out[2], rc;

    if (in < 0)
        return in;
    if (pipe2(out, O_CLOEXEC) < 0) {
        close(in);
        return error_set(err, ERR_LIMIT, "no pipe for espeak-ng: %s", strerror(errno));
    }
    rc = spawn(language, in, out[1], &speaker->pid, err);
    close(in);
    close(out[1]);
    if (rc < 0)
        close(out[0]);
    speaker->fd = out[0];
    return rc;
}

/* The exit status, or -1 if a signal ended it.  `kill_it`: it must not go on. */
static int end(struct speaker *speaker, bool kill_it)
{
    int status = 0;

    close(speaker->fd);
    if (kill_it)
        kill(speaker->pid, SIGKILL);
    while (waitpid(speaker->pid, &status, 0) < 0)
        if (errno !=
            EINTR) /* ECHILD: the program around us ignores SIGCHLD, and the kernel has taken it */
            return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Everything it says, up to its end. */
static int listen_to(
    const struct speaker *speaker, const atomic_bool *cancel, struct buf *wav, struct error *err)
{
    int64_t heard_ms = clock_monotonic_ms();
    char piece[65536];

    for (;;) {
        struct pollfd ready = {.fd = speaker->fd, .events = POLLIN};
        ssize_t n;

        if (cancel_is_set(cancel))
            return cancel_error(err);
        if (clock_monotonic_ms() - heard_ms > SILENT_MS_MAX)
            return error_set(err, ERR_LIBRARY, "espeak-ng hangs");
        if (poll(&ready, 1, 100) <= 0)
            continue;
        n = read(speaker->fd, piece, sizeof piece);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return error_set(err, ERR_IO, "espeak-ng can't be read: %s", strerror(errno));
        if (n > 0)
            buf_add(wav, piece, (size_t)n);
        if (wav->len > BYTES_MAX)
            return error_set(err, ERR_INPUT, "speaks for more than %d seconds", SPEECH_SECONDS_MAX);
        heard_ms = clock_monotonic_ms();
    }
}

static int say(const char *text, const char *language, const atomic_bool *cancel, struct buf *wav,
    struct error *err)
{
    struct speaker speaker;
    int rc = start(text, language, &speaker, err), status;

    if (rc < 0)
        return rc;
    rc = listen_to(&speaker, cancel, wav, err);
    status = end(&speaker, rc < 0);
    if (rc < 0)
        return rc;
    if (status > 0)
        return error_set(err, ERR_INPUT,
            "language \"%s\": no such voice; `espeak-ng --voices` lists them", language);
    if (status < 0)
        return error_set(err, ERR_LIBRARY, "espeak-ng crashed on this text");
    return 0;
}

/* The part between the first and the last sample that can be heard. */
static void trim(const int16_t *samples, size_t n, size_t *ret_first, size_t *ret_n)
{
    size_t first = 0;

    while (first < n && abs(samples[first]) < QUIET)
        first++;
    while (n > first && abs(samples[n - 1]) < QUIET)
        n--;
    *ret_first = first;
    *ret_n = n - first;
}

static int add_samples(
    const struct buf *wav, struct spool *spool, int64_t *ret_n, struct error *err)
{
    const AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    struct resample resample;
    const int16_t *samples;
    const uint8_t *data;
    size_t first, n;
    int rc;

    *ret_n = 0;
    if (wav->len <= WAV_HEADER)
        return 0;
    samples = (const int16_t *)(const void *)(wav->data + WAV_HEADER);
    trim(samples, (wav->len - WAV_HEADER) / 2, &first, &n);
    if (n == 0)
        return 0;
    rc = resample_open(&mono, AV_SAMPLE_FMT_S16, RATE, spool,
        (int64_t)SPEECH_SECONDS_MAX * TIMELINE_RATE, &resample, err);
    if (rc < 0)
        return rc;
    data = (const uint8_t *)(samples + first);
    rc = resample_add(&resample, &data, (int)n, err);
    if (rc == 0)
        rc = resample_add(&resample, NULL, 0, err);
    *ret_n = resample.n;
    resample_close(&resample);
    return rc;
}

int speech_say(const char *text, const char *language, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err)
{
    struct buf wav = {0};
    int rc;

    if (!language || !text_is_name(language))
        return error_set(err, ERR_INPUT,
            "language \"%s\": not the name of a voice, like \"en\" or \"pt-br\"",
            language ? language : "");
    rc = say(text, language, cancel, &wav, err);
    if (rc == 0)
        rc = add_samples(&wav, spool, ret_n, err);
    buf_free(&wav);
    return rc;
}
