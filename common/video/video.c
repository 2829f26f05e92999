/* video.c - see video.h: the order of the work, and what a run opens and closes. */
#include "video/video.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/mem.h"
#include "video/canary/canary.h"
#include "video/deliver/live.h"
#include "video/video_private.h"

/* Put the activity in front of the error text. */
static int video_error_during(const char *activity, int rc, struct error *err)
{
    return rc < 0 && rc != -ERR_CANCELED ? error_where(err, "%s: ", activity) : rc;
}

static int video_open_folders(struct video_run *run, struct error *err)
{
    const struct video_options *options = run->options;
    int rc;

    /* Without a cache the run only takes longer. */
    if (cache_open(options->cache_dir, options->cache_bytes, &run->cache, err) < 0)
        log_warning("nothing is kept between videos: %s", err->text);
    run->cache.cancel = options->cancel;
    rc = media_open(options->media_root, options->cancel, &run->media, err);
    if (rc == 0 && options->watch.may_publish)
        rc = options->watch.may_publish(options->watch.ctx, err);
    if (rc == 0)
        rc = options->job
                 ? outdir_open_for_job(options->out_dir, options->job, options->run, &run->dir, err)
                 : outdir_open(options->out_dir, &run->dir, err);
    if (rc < 0)
        return rc;
    run->dir.may_publish = options->watch.may_publish;
    run->dir.may_finish = options->watch.may_finish;
    run->dir.ctx = options->watch.ctx;
    run->dir.cancel = options->cancel;
    return 0;
}

static void *video_prefetch_thread(void *ctx)
{
    struct video_run *run = ctx;
    struct error ignored; /* the encoder that needs the picture next gets the same error */

    film_thumbnail_write(&run->film, 0, &ignored);
    return NULL;
}

/* Decoding the first picture takes the largest part of the time until the first second can be
 * watched.  So it runs at the same time as the speech program, which uses half a core; the encoders
 * reuse what it leaves in `run->film` and in the cache.  With a single core both would only take
 * longer, and other machines wait for the speech. */
static void video_prefetch(struct video_run *run)
{
    film_open(run->record, &run->dir, &run->cache, run->media, &run->film);
    if (run->options->parts && run->options->n_cores == 1)
        return;
    run->has_prefetch = pthread_create(&run->prefetch, NULL, video_prefetch_thread, run) == 0;
}

int video_plan_timeline(const struct case_record *record, const int64_t *sounds,
    struct timeline *ret_timeline, struct error *err)
{
    struct timeline_input *inputs = mem_new_n((size_t)record->n_scenes, struct timeline_input);
    int rc;

    for (int i = 0; i < record->n_scenes; i++)
        inputs[i] = (struct timeline_input){.seconds = record->scenes[i].seconds,
            .sound_samples = sounds[i],
            .transition = record->scenes[i].transition};
    ends_reserve(record, inputs);
    rc = timeline_plan(inputs, record->n_scenes, record->fps, ret_timeline, err);
    free(inputs);
    return rc;
}

static int video_plan(struct video_run *run, struct error *err)
{
    int n = run->record->n_scenes, rc;

    run->sounds = mem_new_n((size_t)n, int64_t);
    for (int i = 0; i < n; i++)
        run->sounds[i] = run->narration.clips[i].n;
    rc = video_plan_timeline(run->record, run->sounds, &run->timeline, err);
    for (int i = 0; rc == 0 && i < n; i++)
        run->narration.clips[i].at = run->timeline.scenes[i].sound_at;
    return rc;
}

static struct narration_input video_input(struct video_run *run)
{
    return (struct narration_input){.record = run->record,
        .media = run->media,
        .dir = run->options->run_dir ? run->options->run_dir : run->options->out_dir,
        .cache = &run->cache,
        .cancel = run->options->cancel,
        .progress = &run->progress};
}

static int video_read(struct video_run *run, bool is_plan, struct error *err)
{
    struct narration_input input = video_input(run);
    const char *font = run->record->caption_font;
    int rc = font ? caption_check_font(font, err) : 0;

    if (rc < 0)
        return error_where(err, "captionFont: ");
    input.is_plan = is_plan;
    rc = narration_read(&input, &run->narration, err);
    return rc < 0 ? rc : video_plan(run, err);
}

int video_read_case(struct video_run *run, struct error *err)
{
    return video_read(run, false, err);
}

int video_check_pictures(struct video_run *run, struct error *err)
{
    const struct narration_input input = video_input(run);

    return narration_check_pictures(&input, err);
}

int video_read_lengths(struct video_run *run, struct error *err)
{
    int rc = video_read(run, true, err);

    narration_close(&run->narration);
    return rc;
}

static int video_open_mix(struct video_run *run, struct error *err)
{
    const struct video_options *options = run->options;
    const char *file = run->record->music;
    struct mix_input input = {.clips = run->narration.clips,
        .n_clips = run->record->n_scenes,
        .music = file ? &run->music : NULL,
        .n_samples = (int64_t)run->timeline.n_frames * run->timeline.frame_samples};
    const struct music_watch watch = {video_report_tick, run};
    int rc = 0;

    if (file)
        rc = music_open(
            run->media, file, input.n_samples, options->cancel, &watch, &run->music, err);
    if (rc < 0)
        return rc == -ERR_CANCELED ? rc : error_where(err, "music: ");
    mix_open(&input, options->cancel, &run->mix);
    return 0;
}

/* Without a cache no machine finds what another made. */
static void video_open_segments(struct video_run *run)
{
    const struct video_options *options = run->options;

    run->segments = segments_open(&(struct segments_options){.film = &run->film,
        .n_encoders = options->n_encoders,
        .cores_file = options->cores_file,
        .n_cores = options->n_cores,
        .parts = run->cache.fd >= 0 ? options->parts : NULL,
        .sounds = run->sounds});
}

/* Other machines begin as soon as the sounds have lengths.  The encoders here start before the mix
 * is opened (which reads all music): they do not need it. */
static int video_start(struct video_run *run, struct error *err)
{
    const struct video_options *options = run->options;
    struct mux_words words;
    int rc;

    film_plan(&run->film, &run->timeline);
    video_open_segments(run);
    rc = video_check_pictures(run, err);
    if (rc < 0)
        return rc;
    run->stage = VIDEO_ENCODING;
    rc = segments_start(run->segments, err);
    if (rc == 0)
        rc = side_files_open(&run->film, run->narration.clips, &run->side_files, err);
    if (rc == 0)
        rc = video_error_during("mixing", video_open_mix(run, err), err);
    if (rc == 0)
        rc = video_error_during(
            "mixing", soundtrack_open(&run->mix, &run->cache, &run->track, err), err);
    if (rc == 0)
        rc = mux_open(
            &run->dir, options->file, run->record, run->track, options->cancel, &run->mux, err);
    if (rc == 0) {
        side_files_words(&run->side_files, &words);
        mux_set_words(run->mux, &words);
        mux_set_tick(run->mux, video_report_tick, run);
    }
    return rc;
}

/* The live playlist first: a viewer waits for it. */
static int video_add_segment(
    struct video_run *run, const struct segment *segment, struct error *err)
{
    int rc = mux_add(run->mux, segment, err);

    if (rc < 0)
        return rc;
    video_report_playable(run);
    return side_files_add(&run->side_files, segment, err);
}

/* Add each segment to the MP4 as soon as it is done, until the last. */
static int video_encode(struct video_run *run, struct error *err)
{
    for (;;) {
        struct segment *segment = NULL;
        int rc;

        if (cancel_is_set(run->options->cancel))
            return cancel_error(err);
        video_report(run);
        rc = segments_next(run->segments, PROGRESS_MS, &segment, err);
        if (rc < 0 || rc == SEGMENTS_E_END)
            return rc < 0 ? rc : 0;
        if (rc == SEGMENTS_E_NOT_YET)
            continue;
        rc = video_add_segment(run, segment, err);
        segment_free(segment);
        if (rc < 0)
            return video_error_during("joining", rc, err);
    }
}

static int video_finish(struct video_run *run, struct video_result *result, struct error *err)
{
    int n_frames = run->timeline.n_frames, rc;

    run->stage = VIDEO_JOINING;
    video_report(run);
    /* Before the MP4 has its name: a client that finds the MP4 finds the side files, too. */
    rc = side_files_end(&run->side_files, &run->options->watch, err);
    if (rc == 0)
        rc = mux_end(run->mux, err);
    if (rc < 0)
        return video_error_during("joining", rc, err);
    progress_end(&run->progress, n_frames);
    *result = (struct video_result){.width = run->film.width,
        .height = run->film.height,
        .fps = run->timeline.fps,
        .n_frames = n_frames,
        .n_kept = segments_frames_kept(run->segments),
        .seconds = (double)n_frames / run->timeline.fps};
    return 0;
}

static int video_make(struct video_run *run, struct video_result *result, struct error *err)
{
    int rc = video_open_folders(run, err);

    if (rc < 0)
        return rc;
    video_prefetch(run);
    rc = video_read_case(run, err);
    if (rc == 0)
        rc = video_start(run, err);
    if (rc == 0)
        rc = video_encode(run, err);
    if (rc == 0)
        rc = video_finish(run, result, err);
    return rc;
}

static void video_close(struct video_run *run)
{
    segments_stop(run->segments); /* first: the encoders read what is freed below */
    if (run->has_prefetch)
        pthread_join(run->prefetch, NULL);
    mux_free(run->mux);
    side_files_close(&run->side_files);
    soundtrack_close(run->track);
    if (run->film.shots)
        film_close(&run->film);
    timeline_free(&run->timeline);
    free(run->sounds);
    mix_close(&run->mix);
    music_close(&run->music);
    narration_close(&run->narration);
    if (run->dir.fd >= 0)
        outdir_close(&run->dir);
    cache_close(&run->cache);
    media_close(run->media);
}

int video_create(const struct case_record *record, const struct video_options *options,
    struct video_result *ret_result, struct error *err)
{
    struct video_run run = {.record = record, .options = options, .cache.fd = -1, .dir.fd = -1};
    int rc;

    if (record->n_scenes == 0)
        return error_set(
            err, ERR_INPUT, "case %s has no scenes: a video needs at least one", record->id);
    canary_prepare();
    progress_start(&run.progress, &options->watch);
    rc = video_make(&run, ret_result, err);
    video_close(&run);
    return rc;
}

void video_sweep(const char *out_dir, const char *job)
{
    struct outdir dir;

    if (!outdir_find(out_dir, job, &dir))
        return;
    live_sweep(&dir);
    outdir_remove_temporaries(&dir);
    outdir_close(&dir);
}
