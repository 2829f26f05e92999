/* still.c - see still.h. */
#include "video/still.h"

#include <stdlib.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/canary/canary.h"
#include "video/frame/jpeg.h"
#include "video/frame/shrink.h"
#include "video/video_private.h"

struct still {
    struct video_options options;
    struct video_run run; /* its film, timeline, media and cache */
    struct film_painter painter;
    struct yuv frame;
    bool can_draw; /* painter and frame are there */
};

static int still_plan_video(struct still *still, struct error *err)
{
    struct video_run *run = &still->run;
    int rc;

    progress_start(&run->progress, &run->options->watch);
    rc = video_read_lengths(run, err);
    if (rc < 0)
        return rc;
    film_open(run->record, NULL, &run->cache, run->media, &run->film);
    film_plan(&run->film, &run->timeline);
    return 0;
}

int still_open(const struct case_record *record, const struct still_options *options,
    struct still **ret_still, struct error *err)
{
    struct still *still;
    struct error ignored;
    int rc;

    if (record->n_scenes == 0)
        return error_set(
            err, ERR_INPUT, "case %s has no scenes: a video needs at least one", record->id);
    canary_prepare();
    still = mem_new(struct still);
    still->options = (struct video_options){
        .media_root = options->media_root, .run_dir = options->run_dir, .cancel = options->cancel};
    still->run = (struct video_run){
        .record = record, .options = &still->options, .cache.fd = -1, .dir.fd = -1};
    /* Without a cache each still only takes longer. */
    cache_open(options->cache_dir, options->cache_bytes, &still->run.cache, &ignored);
    still->run.cache.cancel = options->cancel;
    rc = media_open(options->media_root, options->cancel, &still->run.media, err);
    if (rc == 0)
        rc = still_plan_video(still, err);
    if (rc < 0)
        still_close(still);
    else
        *ret_still = still;
    return rc;
}

void still_close(struct still *still)
{
    if (!still)
        return;
    film_painter_close(&still->painter);
    yuv_free(&still->frame);
    if (still->run.film.shots)
        film_close(&still->run.film);
    timeline_free(&still->run.timeline);
    free(still->run.sounds);
    cache_close(&still->run.cache);
    media_close(still->run.media);
    free(still);
}

void still_plan(const struct still *still, struct still_plan *ret_plan)
{
    const struct timeline *timeline = &still->run.timeline;

    *ret_plan = (struct still_plan){.width = still->run.film.width,
        .height = still->run.film.height,
        .fps = timeline->fps,
        .n_frames = timeline->n_frames,
        .n_scenes = timeline->n_scenes,
        .seconds = (double)timeline->n_frames / timeline->fps};
}

struct still_scene still_scene(const struct still *still, int scene)
{
    const struct timeline *timeline = &still->run.timeline;
    const struct timeline_scene *when = &timeline->scenes[scene];

    return (struct still_scene){.start_s = (double)when->start / timeline->fps,
        .seconds = (double)(when->end - when->start) / timeline->fps};
}

int still_frame_at(const struct still *still, double seconds)
{
    const struct timeline *timeline = &still->run.timeline;
    int last = timeline->n_frames - 1;

    /* A time that was printed with three digits means the frame that begins there. */
    seconds += 0.0005;
    return seconds * timeline->fps >= last ? last : (int)(seconds * timeline->fps);
}

int still_frame_of_scene(const struct still *still, int scene, double share)
{
    const struct timeline_scene *when = &still->run.timeline.scenes[scene];
    int n = timeline_body_length(when);

    return timeline_body_start(when) + number_least((int)(share * n), n - 1);
}

/* --- drawing --- */

static int still_prepare(struct still *still, struct error *err)
{
    struct film *film = &still->run.film;
    int rc;

    if (still->can_draw)
        return 0;
    rc = film_painter_open(film, &still->painter, err);
    if (rc == 0)
        rc = yuv_alloc(&still->frame, film->width, film->height, err);
    still->can_draw = rc == 0;
    if (rc < 0) { /* the next frame tries again */
        film_painter_close(&still->painter);
        still->painter = (struct film_painter){0};
    }
    return rc;
}

/* Into `still->frame`.  What the shown scenes need stays for the next frame; the rest is freed. */
static int still_draw_frame(
    struct still *still, const struct timeline_segment *segment, int frame, struct error *err)
{
    struct film *film = &still->run.film;
    int rc = still_prepare(still, err);

    if (rc < 0)
        return rc;
    film_forget_others(film, segment);
    rc = film_segment_begin(film, segment, err);
    if (rc < 0)
        return rc;
    if (cancel_is_set(still->options.cancel))
        return cancel_error(err);
    film_draw(film, segment, frame, &still->painter, &still->frame);
    return 0;
}

static const struct timeline_segment *still_find_segment(const struct timeline *timeline, int frame)
{
    const struct timeline_segment *segment = timeline->segments;

    while (frame >= segment->first + segment->n)
        segment++;
    return segment;
}

/* The key of the segment's packets, and which of its frames. */
static int still_key(struct still *still, const struct timeline_segment *segment, int frame,
    int width, char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    char hex[DIGEST_HEX_LEN + 1];
    struct digest key;
    int rc = film_segment_key(&still->run.film, segment, hex, err);

    if (rc < 0)
        return rc;
    digest_start(&key);
    digest_add_text(&key, "still");
    digest_add_text(&key, hex);
    digest_add_number(&key, frame - segment->first);
    digest_add_number(&key, width);
    digest_hex(&key, ret_key);
    return 0;
}

/* As still_draw() promises. */
static int still_width(const struct still *still, int width)
{
    return number_clamp(width, STILL_WIDTH_MIN, still->run.film.width) & ~1;
}

int still_draw(struct still *still, int frame, int width, struct buf *out, struct error *err)
{
    const struct timeline_segment *segment = still_find_segment(&still->run.timeline, frame);
    char key[DIGEST_HEX_LEN + 1];
    struct buf jpeg = {0};
    int rc;

    width = still_width(still, width);
    rc = still_key(still, segment, frame, width, key, err);
    if (rc == 0 && !cache_find(&still->run.cache, key, &jpeg)) {
        rc = still_draw_frame(still, segment, frame, err);
        if (rc == 0)
            rc = jpeg_write(&still->frame, width, JPEG_FINE, &jpeg, err);
        if (rc == 0)
            cache_put(&still->run.cache, key, jpeg.data, jpeg.len);
    }
    if (rc == 0)
        buf_add(out, jpeg.data, jpeg.len);
    buf_free(&jpeg);
    return rc;
}

/* --- the sheet --- */

/* A frame that tells what the scene is: with its caption, if it has one. */
static int still_telling_frame(const struct still *still, int scene)
{
    const struct timeline_scene *when = &still->run.timeline.scenes[scene];

    return still->run.record->scenes[scene].caption ? when->caption_at + when->caption_n / 2
                                                    : still_frame_of_scene(still, scene, 0.5);
}

static int still_fill_sheet(
    struct still *still, int columns, int width, int height, struct yuv *sheet, struct error *err)
{
    const struct timeline *timeline = &still->run.timeline;
    int rc = 0;

    for (int i = 0; rc == 0 && i < timeline->n_scenes; i++) {
        int frame = still_telling_frame(still, i);

        rc = still_draw_frame(still, still_find_segment(timeline, frame), frame, err);
        if (rc == 0)
            shrink_into(
                &still->frame, sheet, i % columns * width, i / columns * height, width, height);
    }
    return rc;
}

int still_draw_sheet(
    struct still *still, int columns, int width, struct buf *out, struct error *err)
{
    const struct film *film = &still->run.film;
    int n = still->run.timeline.n_scenes, rows, height, rc;
    struct yuv sheet;

    columns = number_least(columns, n);
    rows = (n + columns - 1) / columns;
    width = still_width(still, number_least(width, STILL_SHEET_MAX / columns));
    height = number_even((double)width * film->height / film->width);
    if (height > STILL_SHEET_MAX / rows) {
        height = STILL_SHEET_MAX / rows & ~1;
        width = number_even((double)height * film->width / film->height);
    }
    rc = yuv_alloc(&sheet, columns * width, rows * height, err);
    if (rc < 0)
        return rc;
    shrink_clear(&sheet);
    rc = still_fill_sheet(still, columns, width, height, &sheet, err);
    if (rc == 0)
        rc = jpeg_write(&sheet, sheet.width, JPEG_SMALL, out, err);
    yuv_free(&sheet);
    return rc;
}
