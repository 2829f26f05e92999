/* video.c - see video.h: the order of the work, and who owns what meanwhile. */
#include "video/video.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/mem.h"
#include "video/deliver/live.h"
#include "video/deliver/mux.h"
#include "video/deliver/side_files.h"
#include "video/film/film.h"
#include "video/kept/cache.h"
#include "video/libav/cpu.h"
#include "video/libav/libav_error.h"
#include "video/narration.h"

/* One video_create(). */
struct work {
    const struct case_record *record;
    const struct video_options *options;
    struct progress progress;
    struct cache cache;
    int root_fd; /* -1: not open, here and below */
    struct outdir dir;
    struct narration narration;
    struct music music;
    struct timeline timeline;
    struct film film;
    pthread_t ahead;
    bool is_ahead; /* that thread was started */
    struct mix mix;
    struct soundtrack track;
    struct segments *segments;
    struct side_files side_files;
    struct mux *mux;
    int scenes_told;
    bool preview_told, playable_told;
    enum video_stage stage;
};

/* What was being done, before the words of what went wrong with it. */
static int during(const char *stage, int rc, struct error *err)
{
    return rc < 0 && rc != -ERR_CANCELED ? error_where(err, "%s: ", stage) : rc;
}

static int open_places(struct work *work, struct error *err)
{
    const struct video_options *options = work->options;
    int rc;

    /* A cache that can't be had only costs time. */
    if (cache_open(options->cache_dir, options->cache_bytes, &work->cache, err) < 0)
        log_warning("nothing is kept between videos: %s", err->text);
    rc = beneath_root(options->media_root, &work->root_fd, err);
    if (rc == 0 && options->watch.may_publish)
        rc = options->watch.may_publish(options->watch.ctx, err);
    if (rc == 0)
        rc = outdir_open(options->out_dir, &work->dir, err);
    if (rc < 0)
        return rc;
    work->dir.may_publish = options->watch.may_publish;
    work->dir.ctx = options->watch.ctx;
    return 0;
}

static void *ahead_thread(void *ctx)
{
    struct work *work = ctx;
    struct error unheard; /* whoever needs it next meets what went wrong here, too */

    film_thumbnail_write(&work->film, 0, &unheard);
    return NULL;
}

/* The first picture is what the first second waits for longest; speech, which comes before it,
 * leaves half a core.  What is kept of it is not made again. */
static void look_ahead(struct work *work)
{
    film_open(work->record, &work->dir, &work->cache, work->root_fd, &work->film);
    work->is_ahead = pthread_create(&work->ahead, NULL, ahead_thread, work) == 0;
}

static int plan(struct work *work, struct error *err)
{
    const struct case_record *record = work->record;
    struct timeline_input *inputs = mem_new_n((size_t)record->n_scenes, struct timeline_input);
    int rc;

    for (int i = 0; i < record->n_scenes; i++)
        inputs[i] = (struct timeline_input){.seconds = record->scenes[i].seconds,
            .sound_samples = work->narration.parts[i].n,
            .transition = record->scenes[i].transition};
    ends_reserve(record, inputs);
    rc = timeline_plan(inputs, record->n_scenes, record->fps, &work->timeline, err);
    free(inputs);
    for (int i = 0; rc == 0 && i < record->n_scenes; i++)
        work->narration.parts[i].at = work->timeline.scenes[i].sound_at;
    return rc;
}

static int read_case(struct work *work, struct error *err)
{
    const struct narration_ask ask = {.record = work->record,
        .root_fd = work->root_fd,
        .dir = work->options->out_dir,
        .cache = &work->cache,
        .cancel = work->options->cancel,
        .progress = &work->progress};
    const char *font = work->record->caption_font;
    int rc = font ? caption_check_font(font, err) : 0;

    if (rc < 0)
        return error_where(err, "captionFont: ");
    rc = narration_read(&ask, &work->narration, err);
    return rc < 0 ? rc : plan(work, err);
}

static void tell_thumbnails(struct work *work)
{
    const struct video_watch *watch = &work->options->watch;

    while (work->scenes_told < work->record->n_scenes &&
           atomic_load(&work->film.shots[work->scenes_told].is_pictured)) {
        char *name = film_thumbnail_name(work->scenes_told);

        if (watch->scene)
            watch->scene(watch->ctx, work->scenes_told, work->record->n_scenes, name);
        free(name);
        work->scenes_told++;
    }
    if (!work->preview_told && atomic_load(&work->film.is_previewed)) {
        work->preview_told = true;
        if (watch->preview)
            watch->preview(watch->ctx, FILM_PREVIEW_NAME);
    }
}

static void tell_playable(struct work *work)
{
    const struct video_watch *watch = &work->options->watch;
    const struct live *live = mux_live(work->mux);
    int fps = work->timeline.fps, all = work->timeline.n_frames;
    struct video_playable playable = {.playlist = LIVE_PLAYLIST, .of = (double)all / fps};

    if (work->playable_told || !live || live_frames(live) < (fps < all ? fps : all))
        return;
    work->playable_told = true;
    playable.seconds = (double)live_frames(live) / fps;
    playable.codecs = live_codecs(live);
    if (watch->playable)
        watch->playable(watch->ctx, &playable);
}

static void tell(struct work *work)
{
    int n_frames = work->timeline.n_frames, done = segments_frames_done(work->segments);

    tell_thumbnails(work);
    progress_at(&work->progress, work->stage,
        work->stage == VIDEO_ENCODING ? (double)done / n_frames : 0, done, n_frames);
}

/* While music is heard, or the MP4 is written. */
static void tick(void *ctx)
{
    tell(ctx);
}

static int open_mix(struct work *work, struct error *err)
{
    const struct video_options *options = work->options;
    const char *file = work->record->music;
    struct mix_input input = {.parts = work->narration.parts,
        .n_parts = work->record->n_scenes,
        .music = file ? &work->music : NULL,
        .n_samples = (int64_t)work->timeline.n_frames * work->timeline.frame_samples};
    const struct music_watch watch = {tick, work};
    int rc = 0;

    if (file)
        rc = music_open(
            work->root_fd, file, input.n_samples, options->cancel, &watch, &work->music, err);
    if (rc < 0)
        return rc == -ERR_CANCELED ? rc : error_where(err, "music: ");
    mix_open(&input, options->cancel, &work->mix);
    return 0;
}

/* The encoders start before the sound is planned: they don't need it, and two cores are better
 * than one. */
static int start(struct work *work, struct error *err)
{
    const struct video_options *options = work->options;
    struct mux_words words;
    int rc;

    work->stage = VIDEO_ENCODING;
    film_plan(&work->film, &work->timeline);
    rc = segments_start(&work->film, options->n_encoders, options->cores_file, options->n_cores,
        &work->segments, err);
    if (rc == 0)
        rc = side_files_open(&work->film, work->narration.parts, &work->side_files, err);
    if (rc == 0)
        rc = during("mixing", open_mix(work, err), err);
    if (rc == 0)
        rc = during("mixing", soundtrack_open(&work->mix, &work->track, err), err);
    if (rc == 0)
        rc = mux_open(&work->dir, options->file, work->record, &work->track, options->cancel,
            &work->mux, err);
    if (rc == 0) {
        side_files_words(&work->side_files, &words);
        mux_set_words(work->mux, &words);
        mux_set_tick(work->mux, tick, work);
    }
    return rc;
}

/* Who watches already comes first; what lies beside the video may wait. */
static int take(struct work *work, const struct segment *segment, struct error *err)
{
    int rc = mux_add(work->mux, segment, err);

    if (rc < 0)
        return rc;
    tell_playable(work);
    return side_files_add(&work->side_files, segment, err);
}

/* Takes each segment as it is done, until the last. */
static int encode_and_join(struct work *work, struct error *err)
{
    for (;;) {
        struct segment *segment = NULL;
        int rc;

        if (cancel_is_set(work->options->cancel))
            return cancel_error(err);
        tell(work);
        rc = segments_next(work->segments, PROGRESS_MS, &segment, err);
        if (rc < 0 || rc == SEGMENTS_E_END)
            return rc < 0 ? rc : 0;
        if (rc == SEGMENTS_E_NOT_YET)
            continue;
        rc = take(work, segment, err);
        segment_free(segment);
        if (rc < 0)
            return during("joining", rc, err);
    }
}

static int finish(struct work *work, struct video_result *result, struct error *err)
{
    int n_frames = work->timeline.n_frames, rc;

    work->stage = VIDEO_JOINING;
    tell(work);
    /* Before the MP4 has its name: who finds that, finds all. */
    rc = side_files_end(&work->side_files, &work->options->watch, err);
    if (rc == 0)
        rc = mux_end(work->mux, err);
    if (rc < 0)
        return during("joining", rc, err);
    progress_end(&work->progress, n_frames);
    *result = (struct video_result){.width = work->film.width,
        .height = work->film.height,
        .fps = work->timeline.fps,
        .n_frames = n_frames,
        .n_kept = segments_frames_kept(work->segments),
        .seconds = (double)n_frames / work->timeline.fps};
    return 0;
}

static int create(struct work *work, struct video_result *result, struct error *err)
{
    int rc = open_places(work, err);

    if (rc < 0)
        return rc;
    look_ahead(work);
    rc = read_case(work, err);
    if (rc == 0)
        rc = start(work, err);
    if (rc == 0)
        rc = encode_and_join(work, err);
    if (rc == 0)
        rc = finish(work, result, err);
    return rc;
}

static void clear(struct work *work)
{
    segments_stop(work->segments); /* first: the encoders read what the rest frees */
    if (work->is_ahead)
        pthread_join(work->ahead, NULL);
    mux_free(work->mux);
    side_files_close(&work->side_files);
    soundtrack_close(&work->track);
    if (work->film.shots)
        film_close(&work->film);
    timeline_free(&work->timeline);
    mix_close(&work->mix);
    music_close(&work->music);
    narration_close(&work->narration);
    if (work->dir.fd >= 0)
        outdir_close(&work->dir);
    cache_close(&work->cache);
    if (work->root_fd >= 0)
        close(work->root_fd);
}

int video_create(const struct case_record *record, const struct video_options *options,
    struct video_result *ret_result, struct error *err)
{
    struct work work = {
        .record = record, .options = options, .cache.fd = -1, .root_fd = -1, .dir.fd = -1};
    int rc;

    if (record->n_scenes == 0)
        return error_set(err, ERR_INPUT, "case %s has no scenes", record->id);
    cpu_pin_libav();
    libav_log_capture();
    progress_start(&work.progress, &options->watch);
    rc = create(&work, ret_result, err);
    clear(&work);
    return rc;
}

void video_sweep(const char *out_dir)
{
    struct outdir dir = {.fd = open(out_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .path = out_dir};

    if (dir.fd < 0)
        return;
    live_sweep(&dir);
    outdir_close(&dir);
}
