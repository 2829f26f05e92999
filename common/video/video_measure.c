/* video_measure.c - video_measure() of video.h. */
#include <stdio.h>
#include <stdlib.h>

#include "video/language/fonts.h"
#include "video/video_private.h"

struct measure {
    struct fonts *fonts;
    void (*unseen)(void *ctx, const char *place, const char *field, int n);
    void *ctx;
};

static int measure_text(const struct measure *measure, const char *place, const char *field,
    const char *text, struct error *err)
{
    int n = text ? fonts_count_unseen(measure->fonts, text, err) : 0;

    if (n > 0)
        measure->unseen(measure->ctx, place, field, n);
    return n < 0 ? n : 0;
}

/* All texts that may be drawn. */
static int measure_texts(
    const struct measure *measure, const struct case_record *record, struct error *err)
{
    char place[32];
    int rc = record->title_card ? measure_text(measure, "", "title", record->title, err) : 0;

    for (int i = 0; rc == 0 && i < record->n_scenes; i++) {
        snprintf(place, sizeof place, "scenes[%d]", i);
        rc = measure_text(measure, place, "caption", record->scenes[i].caption, err);
        if (rc == 0 && record->credits)
            rc = measure_text(measure, place, "credit", record->scenes[i].credit, err);
    }
    return rc;
}

static int measure_length(struct video_run *run, struct video_measures *measures, struct error *err)
{
    int rc = video_read_case(run, err);

    if (rc == 0)
        rc = video_check_pictures(run, err);
    if (rc < 0)
        return rc;
    case_frame_size(run->record, &measures->width, &measures->height);
    measures->fps = run->timeline.fps;
    measures->n_frames = run->timeline.n_frames;
    measures->seconds = (double)run->timeline.n_frames / run->timeline.fps;
    return 0;
}

int video_measure(const struct case_record *record, const char *media_root, const char *run_dir,
    void (*unseen)(void *ctx, const char *place, const char *field, int n), void *ctx,
    struct video_measures *ret_measures, struct error *err)
{
    const struct video_options options = {.run_dir = run_dir};
    struct measure measure = {fonts_acquire(), unseen, ctx};
    struct video_run run = {.record = record, .options = &options, .cache.fd = -1};
    int rc;

    rc = measure_texts(&measure, record, err);
    fonts_release(measure.fonts);
    if (rc < 0)
        return rc;
    if (record->n_scenes == 0)
        return error_set(
            err, ERR_INPUT, "case %s has no scenes: a video needs at least one", record->id);
    rc = media_open(media_root, NULL, &run.media, err);
    if (rc < 0)
        return rc;
    progress_start(&run.progress, &options.watch);
    rc = measure_length(&run, ret_measures, err);
    timeline_free(&run.timeline);
    free(run.sounds);
    narration_close(&run.narration);
    media_close(run.media);
    return rc;
}
