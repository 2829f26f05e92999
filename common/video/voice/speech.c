/* speech.c - see speech.h. */
#include "video/voice/speech.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/mem.h"
#include "case/spoken.h"
#include "case/voice.h"
#include "video/kept/stamp.h"

enum {
    WAV_HEADER = 44,
    BYTES_MAX = SPEECH_SECONDS_MAX * SPEECH_RATE * 2,
    QUIET = 60,            /* of 32767: what the ear does not take for a sound yet */
    SILENT_MS_MAX = 30000, /* a speaker that says nothing for so long hangs */
    KEPT_VERSION = 2,      /* raise it when the samples kept of a text change */
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

static int spawn(char *const *args, int in, int out, pid_t *ret_pid, struct error *err)
{
    /* Nothing of our own environment and signals may change how it sounds, or keep it from dying
     * with us (by its pipe).  Who asks a whole group or unit to stop means us: a voice that stopped
     * would fail a job that is only to be handed back. */
    static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};
    static char *const environment[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t stops, all;
    int rc;

    sigemptyset(&stops);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        sigaddset(&stops, stop_signals[i]);
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &stops);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    rc = posix_spawnp(ret_pid, args[0], &files, &attr, args, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (rc == ENOENT)
        return error_set(
            err, ERR_LIBRARY, "espeak-ng is not installed: narrations can't be spoken");
    return rc ? error_set(err, ERR_LIBRARY, "espeak-ng can't be started: %s", strerror(rc)) : 0;
}

static int start(char *const *args, const char *text, struct speaker *speaker, struct error *err)
{
    int in = text_fd(text, err), out[2], rc;

    if (in < 0)
        return in;
    if (pipe2(out, O_CLOEXEC) < 0) {
        close(in);
        return error_set(err, ERR_LIMIT, "no pipe for espeak-ng: %s", strerror(errno));
    }
    rc = spawn(args, in, out[1], &speaker->pid, err);
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
    const struct speaker *speaker, const atomic_bool *cancel, struct buf *heard, struct error *err)
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
            buf_add(heard, piece, (size_t)n);
        if (heard->len > BYTES_MAX)
            return error_set(err, ERR_INPUT, "speaks for more than %d seconds", SPEECH_SECONDS_MAX);
        heard_ms = clock_monotonic_ms();
    }
}

/* Its output and exit status (-1: a signal ended it), with `text` as its input. */
static int run(char *const *args, const char *text, const atomic_bool *cancel, struct buf *heard,
    int *ret_status, struct error *err)
{
    struct speaker speaker;
    int rc = start(args, text, &speaker, err);

    if (rc < 0)
        return rc;
    rc = listen_to(&speaker, cancel, heard, err);
    *ret_status = end(&speaker, rc < 0);
    return rc;
}

static int say(const char *text, const char *language, const atomic_bool *cancel, struct buf *wav,
    struct error *err)
{
    char voice[VOICE_MAX];
    char *const args[] = {"espeak-ng", "-b", "1", "-v", voice, "--stdin", "--stdout", NULL};
    int status = 0, rc = voice_of(language, voice, err);

    if (rc == 0)
        rc = run(args, text, cancel, wav, &status, err);

    if (rc < 0)
        return rc;
    if (status > 0)
        return error_set(err, ERR_INPUT,
            "language \"%s\": espeak-ng here has no voice \"%s\"; `espeak-ng --voices` lists those "
            "it "
            "has",
            language, voice);
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

/* From a WAV to the samples worth keeping. */
static void keep_heard(struct buf *wav)
{
    size_t first, n;

    if (wav->len < WAV_HEADER) {
        wav->len = 0;
        return;
    }
    trim((const int16_t *)(const void *)(wav->data + WAV_HEADER), (wav->len - WAV_HEADER) / 2,
        &first, &n);
    memmove(wav->data, wav->data + WAV_HEADER + 2 * first, 2 * n);
    wav->len = 2 * n;
}

/* --- what was spoken before --- */

enum { LOOK_MS = 1000 };

/* The espeak-ng of this machine as it was when we last looked, once a second at most: its version
 * line, and the data that it names. */
struct voices {
    pthread_mutex_t lock;
    bool is_known;
    int64_t looked_ms;
    struct buf version; /* empty: it does not tell */
    char stamp[DIGEST_HEX_LEN + 1];
};

static struct voices voices = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void ask_version(struct buf *version)
{
    char *const args[] = {"espeak-ng", "--version", NULL};
    int status;

    version->len = 0;
    if (run(args, "", NULL, version, &status, NULL) < 0 || status != 0)
        version->len = 0;
}

/* "eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/x86_64-linux-gnu/espeak-ng-data\n" */
static void stamp_of(const struct buf *version, char ret_stamp[static DIGEST_HEX_LEN + 1])
{
    static const char mark[] = "Data at: ";
    const char *at = version->len ? strstr(version->data, mark) : NULL;
    struct digest digest;

    digest_start(&digest);
    stamp_add_file(&digest, "/usr/local/bin/espeak-ng");
    stamp_add_file(&digest, "/usr/bin/espeak-ng");
    if (at) {
        char *folder = mem_copy_n(at + strlen(mark), strcspn(at + strlen(mark), "\n"));

        stamp_add_tree(&digest, folder);
        free(folder);
    }
    digest_hex(&digest, ret_stamp);
}

static void look_locked(void)
{
    int64_t now_ms = clock_monotonic_ms();
    char stamp[DIGEST_HEX_LEN + 1];

    if (voices.is_known && now_ms - voices.looked_ms < LOOK_MS)
        return;
    stamp_of(&voices.version, stamp);
    if (!voices.is_known || strcmp(stamp, voices.stamp) != 0) {
        ask_version(&voices.version);
        stamp_of(&voices.version, voices.stamp);
    }
    voices.is_known = true;
    voices.looked_ms = now_ms;
}

bool speech_add_voices(struct digest *digest)
{
    bool is_told;

    pthread_mutex_lock(&voices.lock);
    look_locked();
    is_told = voices.version.len > 0;
    digest_add_text(digest, is_told ? voices.version.data : NULL);
    digest_add_text(digest, voices.stamp);
    pthread_mutex_unlock(&voices.lock);
    return is_told;
}

/* What decides the samples that espeak-ng and keep_heard() give; false: they can't be told apart
 * from those of another version. */
static bool name_of(const char *text, const char *language, char ret_name[DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, "speech");
    digest_add_number(&digest, KEPT_VERSION);
    if (!speech_add_voices(&digest))
        return false;
    digest_add_text(&digest, language);
    digest_add_text(&digest, text);
    digest_hex(&digest, ret_name);
    return true;
}

static int find_or_say(const char *text, const char *language, struct cache *cache,
    const atomic_bool *cancel, struct buf *samples, struct error *err)
{
    char name[DIGEST_HEX_LEN + 1];
    bool may_keep = cache && cache->fd >= 0 && name_of(text, language, name);
    int rc;

    if (may_keep && cache_find(cache, name, samples))
        return 0;
    rc = say(text, language, cancel, samples, err);
    if (rc < 0)
        return rc;
    keep_heard(samples);
    if (may_keep)
        cache_keep(cache, name, samples->data, samples->len);
    return 0;
}

int speech_say(const char *text, const char *language, struct cache *cache, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err)
{
    char *spoken = spoken_of(text);
    struct buf samples = {0};
    int rc = find_or_say(spoken, language, cache, cancel, &samples, err);
    if (rc == 0)
        rc = spool_add(
            spool, (const int16_t *)(const void *)samples.data, (int64_t)samples.len / 2, err);
    if (rc == 0)
        *ret_n = (int64_t)samples.len / 2;
    buf_free(&samples);
    free(spoken);
    return rc;
}
