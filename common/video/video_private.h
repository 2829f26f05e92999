/* video_private.h - what the files of video_create() share: video.c does the work in its order,
 * video_report.c calls the callbacks.  video_help.c makes segments for another machine,
 * video_measure.c asks how long a video would be, and still.c draws single frames. */
#pragma once

#include <pthread.h>

#include "video/deliver/mux.h"
#include "video/deliver/side_files.h"
#include "video/film/film.h"
#include "video/kept/cache.h"
#include "video/media/media.h"
#include "video/narration.h"
#include "video/soundtrack/soundtrack.h"
#include "video/video.h"

/* One call of video_create(), on its thread but where noted. */
struct video_run {
    /* the caller's */
    const struct case_record *record;
    const struct video_options *options;

    /* in the order in which they are opened; zeroed (descriptors: -1) before */
    struct cache cache;
    struct media *media;
    struct outdir dir;
    struct film film;
    pthread_t prefetch;
    bool has_prefetch; /* that thread was started */
    struct narration narration;
    int64_t *sounds; /* the length of each scene's, in samples */
    struct timeline timeline;
    struct segments *segments;
    struct side_files side_files;
    struct music music;
    struct mix mix;
    struct soundtrack *track;
    struct mux *mux;

    struct progress progress;
    enum video_stage stage;
    int scenes_reported;
    bool preview_reported, playable_reported;
};

/* Report the progress and the thumbnails that are new, if it is time to.  The second is for callees
 * that take a callback; `ctx` is the run. */
void video_report(struct video_run *run);
void video_report_tick(void *ctx);

/* Report the live playlist, once, when the first second of the video (or all of it) is there. */
void video_report_playable(struct video_run *run);

/* The timeline of a case with sounds of these lengths.  The caller frees it. */
int video_plan_timeline(const struct case_record *record, const int64_t *sounds,
    struct timeline *ret_timeline, struct error *err);

/* So that a bad picture fails the video now, not after all scenes before it are encoded.  Errors as
 * video_create(). */
int video_check_pictures(struct video_run *run, struct error *err);

/* Speaks or reads the sound of each scene, and plans the timeline.  `root_fd` and `cache` are open.
 * Errors as video_create(). */
int video_read_case(struct video_run *run, struct error *err);
/* The same, but sounds are only read where that is needed to plan: `narration` is closed again. */
int video_read_lengths(struct video_run *run, struct error *err);
