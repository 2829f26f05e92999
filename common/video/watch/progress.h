/* progress.h - how far a video is, told at a bearable rate.  One thread. */
#pragma once

#include "video/watch/watch.h"

enum { PROGRESS_MS = 150, PROGRESS_PAST = 16 };

struct progress {
    const struct video_watch *watch; /* the caller's */
    enum video_stage stage;
    double percent;
    int64_t told_ms; /* monotonic; 0: never */
    struct {
        int64_t ms;
        int frame;
    } past[PROGRESS_PAST]; /* the last tellings while encoding, for the speed of late */
    int n_past;
};

void progress_start(struct progress *progress, const struct video_watch *watch);

/* `share` of the stage is done (0…1), `frame` of `n_frames` encoded.  Tells if it is time to, or
 * the stage is new. */
void progress_at(
    struct progress *progress, enum video_stage stage, double share, int frame, int n_frames);

/* The file is there: 100 %. */
void progress_end(struct progress *progress, int n_frames);
