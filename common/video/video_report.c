/* video_report.c - calls the callbacks of video_watch with what is new. */
#include <stdlib.h>

#include "video/deliver/live.h"
#include "video/video_private.h"

/* Thumbnails are written by encoders, in any order, and reported in the order of scenes. */
static void video_report_thumbnails(struct video_run *run)
{
    const struct video_watch *watch = &run->options->watch;

    while (run->scenes_reported < run->record->n_scenes &&
           atomic_load(&run->film.shots[run->scenes_reported].has_thumbnail)) {
        char *name = film_thumbnail_name(run->scenes_reported);

        if (watch->scene)
            watch->scene(watch->ctx, run->scenes_reported, run->record->n_scenes, name);
        free(name);
        run->scenes_reported++;
    }
    if (!run->preview_reported && atomic_load(&run->film.has_preview)) {
        run->preview_reported = true;
        if (watch->preview)
            watch->preview(watch->ctx, FILM_PREVIEW_NAME);
    }
}

void video_report_playable(struct video_run *run)
{
    const struct video_watch *watch = &run->options->watch;
    const struct live *live = mux_live(run->mux);
    int fps = run->timeline.fps, all = run->timeline.n_frames;
    struct video_playable playable = {.of = (double)all / fps};

    if (run->playable_reported || !live || live_frames(live) < (fps < all ? fps : all))
        return;
    run->playable_reported = true;
    playable.seconds = (double)live_frames(live) / fps;
    playable.playlist = live_playlist(live);
    playable.codecs = live_codecs(live);
    if (watch->playable)
        watch->playable(watch->ctx, &playable);
}

void video_report(struct video_run *run)
{
    int n_frames = run->timeline.n_frames, done = segments_frames_done(run->segments);

    video_report_thumbnails(run);
    run->progress.machines = segments_machines(run->segments);
    progress_at(&run->progress, run->stage,
        run->stage == VIDEO_ENCODING ? (double)done / n_frames : 0, done, n_frames);
}

void video_report_tick(void *ctx)
{
    video_report(ctx);
}
