/* narration.c - see narration.h. */
#include "video/narration.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "video/each_scene.h"
#include "video/film/film.h"
#include "video/length.h"
#include "video/media/media.h"
#include "video/voice/speech.h"

/* Of the progress of this stage; the rest is that of pictures. */
static const double sounds_share = 0.9;

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

static int narration_probe_picture(const struct narration_input *input, int i, struct error *err)
{
    const char *image = input->record->scenes[i].image;
    int rc = cancel_is_set(input->cancel) ? cancel_error(err) : 0;

    if (rc < 0)
        return rc;
    rc = image ? media_picture_probe(input->media, image, err)
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

    if (rc < 0)
        return rc;
    return input->is_plan ? narration_read_length(input, i, spool, clip, err)
                          : narration_read_sound(input, i, spool, clip, err);
}

/* --- all scenes --- */

/* What the threads share. */
struct narration_reading {
    const struct narration_input *input;
    struct narration *narration;
    atomic_llong n; /* samples of the scenes that are done */
};

/* The timeline would refuse a video this long, but by then its speech could fill the disk. */
static int narration_count(struct narration_reading *reading, int64_t n, struct error *err)
{
    return atomic_fetch_add(&reading->n, n) + n > (int64_t)CASE_SECONDS_MAX * TIMELINE_RATE
               ? error_set(err, ERR_INPUT, "the video would be longer than %d minutes",
                     CASE_SECONDS_MAX / 60)
               : 0;
}

static int narration_read_one(void *ctx, int thread, int i, struct error *err)
{
    struct narration_reading *reading = ctx;
    struct mix_clip *clip = &reading->narration->clips[i];
    int rc =
        narration_read_scene(reading->input, i, &reading->narration->spools[thread], clip, err);

    return rc < 0 ? rc : narration_count(reading, clip->n, err);
}

static int narration_read_all(const struct narration_input *input, struct narration *narration,
    int *ret_failed, struct error *err)
{
    struct narration_reading reading = {.input = input, .narration = narration};

    return each_scene(&(struct each_scene){.n = narration->n_clips,
                          .n_threads = narration->n_spools,
                          .work = narration_read_one,
                          .ctx = &reading,
                          .progress = input->progress,
                          .to = sounds_share},
        ret_failed, err);
}

static int narration_check_one(void *ctx, int thread, int i, struct error *err)
{
    (void)thread;
    return narration_probe_picture(ctx, i, err);
}

/* The first `n` pictures. */
static int narration_check(const struct narration_input *input, int n, struct error *err)
{
    int failed;

    return each_scene(&(struct each_scene){.n = n,
                          .n_threads = each_scene_threads(n),
                          .work = narration_check_one,
                          .ctx = (void *)input,
                          .progress = input->progress,
                          .from = sounds_share,
                          .to = 1},
        &failed, err);
}

int narration_check_pictures(const struct narration_input *input, struct error *err)
{
    return narration_check(input, input->record->n_scenes, err);
}

/* The first scene that can't be used is reported, whether it is its sound or its picture. */
static int narration_read_sounds(
    const struct narration_input *input, struct narration *narration, struct error *err)
{
    int failed = narration->n_clips, rc = narration_read_all(input, narration, &failed, err);
    struct error of_picture;
    int of_picture_rc = 0;

    if (rc < 0 && rc != -ERR_CANCELED && failed < narration->n_clips && !input->is_plan)
        of_picture_rc = narration_check(input, failed + 1, &of_picture);
    if (of_picture_rc == 0)
        return rc;
    if (err)
        *err = of_picture;
    return of_picture_rc;
}

static int narration_open_spools(
    const struct narration_input *input, struct narration *narration, struct error *err)
{
    int n = each_scene_threads(input->record->n_scenes), rc = 0;

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
        rc = narration_read_sounds(input, &narration, err);
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
