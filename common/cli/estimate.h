/* estimate.h - how large a video will be and how long it takes to make, judged by the videos that
 * were made before.  Main thread. */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "video/video.h"

/* Of a whole video; 0 videos: nothing is known. */
struct estimate {
    int n_sizes; /* videos that the size is judged by … */
    int64_t least_bytes, most_bytes;
    int n_times; /* … and the time: of most of their frames nothing was there before */
    int64_t least_ms, most_ms;
};

/* Looks at the newest done videos of the database.  The size of the MP4 and the time from the start
 * of the job to its end are taken for each of them as so much a pixel of a frame; the least and the
 * most of that, times the pixels of this video, are the estimate.  Negative: the database can't be
 * read, and nothing is known. */
int estimate_read(const struct config *config, const struct video_measures *measures,
    struct estimate *ret_estimate, struct error *err);
