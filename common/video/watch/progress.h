/* progress.h - reports the progress of a video at most every PROGRESS_MS.  One thread at a time. */
#pragma once

#include "video/watch/watch.h"

enum { PROGRESS_MS = 150, PROGRESS_PAST = 16 };

struct progress {
    const struct video_watch *watch; /* the caller's */
    enum video_stage stage;
    double percent;
    int machines;        /* that make it now; the caller may change it */
    int64_t reported_ms; /* CLOCK_MONOTONIC; 0: never */
    struct {
        int64_t ms;
        int frame;
    } past[PROGRESS_PAST]; /* ring of the last reports of VIDEO_ENCODING; gives the frame rate */
    int n_past;            /* reports ever put into the ring */
};

/* `watch` must outlive `progress`. */
void progress_start(struct progress *progress, const struct video_watch *watch);

/* `share` of the stage (0…1) is done, `frame` of `n_frames` are encoded.  Calls `watch->progress`
 * if PROGRESS_MS have passed since the last report, or if the stage is new.  The percentage never
 * falls. */
void progress_at(
    struct progress *progress, enum video_stage stage, double share, int frame, int n_frames);

/* The MP4 is complete: report 100 % at once. */
void progress_end(struct progress *progress, int n_frames);
