/* narration.c - see narration.h. */
#include "video/narration.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/film/film.h"
#include "video/length.h"
#include "video/media/media.h"
#include "video/voice/speech.h"

/* What the threads share. */
struct narration_reading {
    const struct narration_input *input;
    struct narration *narration;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    int begun, done;  /* scenes; they are begun in order */
    int running;      /* threads */
    int64_t n;        /* samples of the scenes that are done */
    int failed_scene; /* the first one; n_scenes: none */
    int rc;           /* of that scene */
    struct error err; /* of that scene */
};

struct narration_reader {
    struct narration_reading *reading;
    struct spool *spool;
    pthread_t thread;
};

/* A sound file is read where it lies; speech goes into the spool. */
static int narration_find_source(const struct narration_input *input, int i, struct spool *spool,
    struct source *source, struct error *err)
{
    const struct scene *scene = &input->record->scenes[i];

    *source = (struct source){.file = scene->audio,
        .media = input->media,
        .spool = spool,
        .from = spool->n,
        .rate = SPEECH_RATE,
        .channels = 1};
    if (scene->audio || !scene->narration)
        return 0;
    return speech_say(scene->narration, input->record->language, input->cache, spool, input->cancel,
        &source->n, err);
}

static int narration_read_sound(const struct narration_input *input, int i, struct spool *spool,
    struct mix_clip *clip, struct error *err)
{
    bool is_file = input->record->scenes[i].audio != NULL;
    int rc = narration_find_source(input, i, spool, &clip->source, err);

    if (rc == 0 && (is_file || clip->source.n > 0))
        rc = source_measure(&clip->source, input->cancel, &clip->n, &clip->levels, err);
    clip->loudness = levels_loudness(&clip->levels, clip->n);
    return rc < 0 && rc != -ERR_CANCELED ? film_error_where(i, is_file ? "audio" : "narration", err)
                                         : rc;
}

/* So that a bad picture fails the video now, not after all scenes before it are encoded. */
static int narration_probe_picture(const struct narration_input *input, int i, struct error *err)
{
    const char *image = input->record->scenes[i].image;
    int rc = image ? media_picture_probe(input->media, image, err)
                   : error_set(err, ERR_INPUT, "no file is named; each scene needs a picture");

    return rc < 0 ? film_error_where(i, "image", err) : 0;
}

/* The length alone, as it was when the same sound was read before. */
static int narration_read_length(const struct narration_input *input, int i, struct spool *spool,
    struct mix_clip *clip, struct error *err)
{
    const struct scene *scene = &input->record->scenes[i];
    char key[DIGEST_HEX_LEN + 1];
    int rc;

    if (!scene->audio && !scene->narration)
        return 0;
    if (!length_key(scene, input->record->language, input->media, key))
        return narration_read_sound(input, i, spool, clip, err);
    if (length_find(input->cache, key, &clip->n))
        return 0;
    rc = narration_read_sound(input, i, spool, clip, err);
    if (rc == 0)
        length_keep(input->cache, key, clip->n);
    return rc;
}

static int narration_read_scene(const struct narration_input *input, int i, struct spool *spool,
    struct mix_clip *clip, struct error *err)
{
    int rc = cancel_is_set(input->cancel) ? cancel_error(err) : 0;

    if (rc == 0 && input->is_plan)
        return narration_read_length(input, i, spool, clip, err);
    if (rc == 0)
        rc = narration_probe_picture(input, i, err);

    if (rc == 0)
        rc = narration_read_sound(input, i, spool, clip, err);
    return rc;
}

/* --- threads --- */

/* The number of the next scene; -1: none is left, or one has failed.  All scenes before the failed
 * one have been begun and are read to their end, so the reported failure is always the same. */
static int narration_begin(struct narration_reading *reading)
{
    int n = reading->input->record->n_scenes, i = -1;

    pthread_mutex_lock(&reading->lock);
    if (reading->begun < n && reading->failed_scene == n)
        i = reading->begun++;
    pthread_mutex_unlock(&reading->lock);
    return i;
}

/* The timeline would refuse a video this long, but by then its speech could fill the disk. */
static int narration_count_locked(struct narration_reading *reading, int64_t n, struct error *err)
{
    reading->n += n;
    return reading->n > (int64_t)CASE_SECONDS_MAX * TIMELINE_RATE
               ? error_set(err, ERR_INPUT, "the video would be longer than %d minutes",
                     CASE_SECONDS_MAX / 60)
               : 0;
}

static void narration_finish(struct narration_reading *reading, int i, int rc, struct error *err)
{
    pthread_mutex_lock(&reading->lock);
    reading->done++;
    if (rc == 0)
        rc = narration_count_locked(reading, reading->narration->clips[i].n, err);
    if (rc < 0 && i < reading->failed_scene) {
        reading->failed_scene = i;
        reading->rc = rc;
        reading->err = *err;
    }
    pthread_mutex_unlock(&reading->lock);
}

static void *narration_thread(void *ctx)
{
    struct narration_reader *reader = ctx;
    struct narration_reading *reading = reader->reading;
    int i;

    while ((i = narration_begin(reading)) >= 0) {
        struct error scene_err;
        int rc = narration_read_scene(
            reading->input, i, reader->spool, &reading->narration->clips[i], &scene_err);

        narration_finish(reading, i, rc, &scene_err);
    }
    pthread_mutex_lock(&reading->lock);
    reading->running--;
    pthread_cond_signal(&reading->changed);
    pthread_mutex_unlock(&reading->lock);
    return NULL;
}

/* Report the progress until the last thread has ended. */
static void narration_report(struct narration_reading *reading)
{
    int n = reading->input->record->n_scenes;

    pthread_mutex_lock(&reading->lock);
    for (;;) {
        struct timespec until;

        progress_at(reading->input->progress, VIDEO_READING, (double)reading->done / n, 0, 0);
        if (reading->running == 0)
            break;
        until = clock_deadline(PROGRESS_MS);
        pthread_cond_timedwait(&reading->changed, &reading->lock, &until);
    }
    pthread_mutex_unlock(&reading->lock);
}

static void narration_change_running(struct narration_reading *reading, int by)
{
    pthread_mutex_lock(&reading->lock);
    reading->running += by;
    pthread_mutex_unlock(&reading->lock);
}

/* The number of threads that were started, or a negative code.  Fewer threads are only slower. */
static int narration_start(
    struct narration_reading *reading, struct narration_reader *readers, struct error *err)
{
    struct narration *narration = reading->narration;
    int started, rc = 0;

    for (started = 0; started < narration->n_spools; started++) {
        readers[started] =
            (struct narration_reader){.reading = reading, .spool = &narration->spools[started]};
        narration_change_running(reading, 1);
        rc = pthread_create(&readers[started].thread, NULL, narration_thread, &readers[started]);
        if (rc == 0)
            continue;
        narration_change_running(reading, -1);
        if (started == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        break;
    }
    return started;
}

static int narration_read_all(
    const struct narration_input *input, struct narration *narration, struct error *err)
{
    struct narration_reading reading = {
        .input = input, .narration = narration, .failed_scene = input->record->n_scenes};
    struct narration_reader readers[NARRATION_THREADS_MAX];
    int started;

    pthread_mutex_init(&reading.lock, NULL);
    clock_cond_init(&reading.changed);
    started = narration_start(&reading, readers, err);
    if (started > 0)
        narration_report(&reading);
    for (int i = 0; i < started; i++)
        pthread_join(readers[i].thread, NULL);
    pthread_cond_destroy(&reading.changed);
    pthread_mutex_destroy(&reading.lock);
    if (started > 0 && reading.rc < 0 && err)
        *err = reading.err;
    return started < 0 ? started : reading.rc;
}

static int narration_open_spools(
    const struct narration_input *input, struct narration *narration, struct error *err)
{
    int n = number_least(
            number_least(get_nprocs(), NARRATION_THREADS_MAX), input->record->n_scenes),
        rc = 0;

    narration->spools = mem_new_n((size_t)n, struct spool);
    while (rc == 0 && narration->n_spools < n) {
        rc = spool_open(input->dir, &narration->spools[narration->n_spools], err);
        if (rc == 0)
            narration->n_spools++;
    }
    return rc;
}

int narration_read(
    const struct narration_input *input, struct narration *ret_narration, struct error *err)
{
    struct narration narration = {.n_clips = input->record->n_scenes,
        .clips = mem_new_n((size_t)input->record->n_scenes, struct mix_clip)};
    int rc = narration_open_spools(input, &narration, err);

    if (rc == 0)
        rc = narration_read_all(input, &narration, err);
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
    for (int i = 0; narration->clips && i < narration->n_clips; i++)
        levels_free(&narration->clips[i].levels);
    free(narration->spools);
    free(narration->clips);
    *narration = (struct narration){0};
}
