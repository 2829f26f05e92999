/* narration.c - see narration.h. */
#include "video/narration.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/film/film.h"
#include "video/picture/picture.h"
#include "video/voice/speech.h"

/* What the threads share. */
struct reading {
    const struct narration_ask *ask;
    struct narration *narration;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    int begun, done; /* scenes, taken in order */
    int running;     /* threads */
    int64_t n;       /* samples of the scenes that were read */
    int failed;      /* the first scene that failed; n_scenes: none did */
    int code;
    struct error why; /* of that scene */
};

struct reader {
    struct reading *reading;
    struct spool *spool;
    pthread_t thread;
};

/* A file is only heard; what is spoken is kept. */
static int find_source(const struct narration_ask *ask, int i, struct spool *spool,
    struct source *source, struct error *err)
{
    const struct scene *scene = &ask->record->scenes[i];

    *source = (struct source){.file = scene->audio,
        .root_fd = ask->root_fd,
        .spool = spool,
        .from = spool->n,
        .rate = SPEECH_RATE,
        .channels = 1};
    if (scene->audio || !scene->narration)
        return 0;
    return speech_say(
        scene->narration, ask->record->language, ask->cache, spool, ask->cancel, &source->n, err);
}

static int read_sound(const struct narration_ask *ask, int i, struct spool *spool,
    struct mix_part *part, struct error *err)
{
    bool is_file = ask->record->scenes[i].audio != NULL;
    int rc = find_source(ask, i, spool, &part->source, err);

    if (rc == 0 && (is_file || part->source.n > 0))
        rc = source_measure(&part->source, ask->cancel, &part->n, &part->levels, err);
    part->loudness = levels_loudness(&part->levels, part->n);
    return rc < 0 && rc != -ERR_CANCELED ? film_error_where(i, is_file ? "audio" : "narration", err)
                                         : rc;
}

/* A picture that can't be used is found now, not after an hour of encoding the scenes before it. */
static int check_picture(const struct narration_ask *ask, int i, struct error *err)
{
    const char *image = ask->record->scenes[i].image;
    int rc = image ? picture_probe(ask->root_fd, image, err)
                   : error_set(err, ERR_INPUT, "none is named");

    return rc < 0 ? film_error_where(i, "image", err) : 0;
}

static int read_scene(const struct narration_ask *ask, int i, struct spool *spool,
    struct mix_part *part, struct error *err)
{
    int rc = cancel_is_set(ask->cancel) ? cancel_error(err) : check_picture(ask, i, err);

    if (rc == 0)
        rc = read_sound(ask, i, spool, part, err);
    return rc;
}

/* --- threads --- */

/* The next scene, or -1: none is left, or one has failed.  Scenes before that one have all been
 * begun, and are read to their end: so the failure that is told is always the same. */
static int begin(struct reading *reading)
{
    int n = reading->ask->record->n_scenes, i = -1;

    pthread_mutex_lock(&reading->lock);
    if (reading->begun < n && reading->failed == n)
        i = reading->begun++;
    pthread_mutex_unlock(&reading->lock);
    return i;
}

/* No video is so long: what is spoken on the way to finding that out must not fill the disk. */
static int count_locked(struct reading *reading, int64_t n, struct error *err)
{
    reading->n += n;
    return reading->n > (int64_t)CASE_SECONDS_MAX * TIMELINE_RATE
               ? error_set(err, ERR_INPUT, "the video would be longer than %d minutes",
                     CASE_SECONDS_MAX / 60)
               : 0;
}

static void finish(struct reading *reading, int i, int rc, struct error *why)
{
    pthread_mutex_lock(&reading->lock);
    reading->done++;
    if (rc == 0)
        rc = count_locked(reading, reading->narration->parts[i].n, why);
    if (rc < 0 && i < reading->failed) {
        reading->failed = i;
        reading->code = rc;
        reading->why = *why;
    }
    pthread_mutex_unlock(&reading->lock);
}

static void *reader_thread(void *ctx)
{
    struct reader *reader = ctx;
    struct reading *reading = reader->reading;
    int i;

    while ((i = begin(reading)) >= 0) {
        struct error why;
        int rc = read_scene(reading->ask, i, reader->spool, &reading->narration->parts[i], &why);

        finish(reading, i, rc, &why);
    }
    pthread_mutex_lock(&reading->lock);
    reading->running--;
    pthread_cond_signal(&reading->changed);
    pthread_mutex_unlock(&reading->lock);
    return NULL;
}

/* Tells how far they are until the last thread has ended. */
static void watch(struct reading *reading)
{
    int n = reading->ask->record->n_scenes;

    pthread_mutex_lock(&reading->lock);
    for (;;) {
        struct timespec until;

        progress_at(reading->ask->progress, VIDEO_READING, (double)reading->done / n, 0, 0);
        if (reading->running == 0)
            break;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += PROGRESS_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&reading->changed, &reading->lock, &until);
    }
    pthread_mutex_unlock(&reading->lock);
}

static void change_running(struct reading *reading, int by)
{
    pthread_mutex_lock(&reading->lock);
    reading->running += by;
    pthread_mutex_unlock(&reading->lock);
}

/* Fewer threads than there are spools for are slower, not wrong. */
static int start(struct reading *reading, struct reader *readers, struct error *err)
{
    struct narration *narration = reading->narration;
    int started, rc = 0;

    for (started = 0; started < narration->n_spools; started++) {
        readers[started] =
            (struct reader){.reading = reading, .spool = &narration->spools[started]};
        change_running(reading, 1);
        rc = pthread_create(&readers[started].thread, NULL, reader_thread, &readers[started]);
        if (rc == 0)
            continue;
        change_running(reading, -1);
        if (started == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        break;
    }
    return started;
}

static void open_lock(struct reading *reading)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&reading->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&reading->changed, &attr);
    pthread_condattr_destroy(&attr);
}

static int read_all(const struct narration_ask *ask, struct narration *narration, struct error *err)
{
    struct reading reading = {.ask = ask, .narration = narration, .failed = ask->record->n_scenes};
    struct reader readers[NARRATION_THREADS_MAX];
    int started;

    open_lock(&reading);
    started = start(&reading, readers, err);
    if (started > 0)
        watch(&reading);
    for (int i = 0; i < started; i++)
        pthread_join(readers[i].thread, NULL);
    pthread_cond_destroy(&reading.changed);
    pthread_mutex_destroy(&reading.lock);
    if (started > 0 && reading.code < 0 && err)
        *err = reading.why;
    return started < 0 ? started : reading.code;
}

static int open_spools(
    const struct narration_ask *ask, struct narration *narration, struct error *err)
{
    int n = number_least(number_least(get_nprocs(), NARRATION_THREADS_MAX), ask->record->n_scenes),
        rc = 0;

    narration->spools = mem_new_n((size_t)n, struct spool);
    while (rc == 0 && narration->n_spools < n) {
        rc = spool_open(ask->dir, &narration->spools[narration->n_spools], err);
        if (rc == 0)
            narration->n_spools++;
    }
    return rc;
}

int narration_read(
    const struct narration_ask *ask, struct narration *ret_narration, struct error *err)
{
    struct narration narration = {.n_parts = ask->record->n_scenes,
        .parts = mem_new_n((size_t)ask->record->n_scenes, struct mix_part)};
    int rc = open_spools(ask, &narration, err);

    if (rc == 0)
        rc = read_all(ask, &narration, err);
    if (rc < 0)
        narration_close(&narration);
    else
        *ret_narration = narration;
    return rc;
}

void narration_close(struct narration *narration)
{
    for (int i = 0; i < narration->n_spools; i++)
        spool_close(&narration->spools[i]);
    for (int i = 0; narration->parts && i < narration->n_parts; i++)
        levels_free(&narration->parts[i].levels);
    free(narration->spools);
    free(narration->parts);
    *narration = (struct narration){0};
}
