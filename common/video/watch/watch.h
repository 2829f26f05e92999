/* watch.h - what video_create() reports while it works: progress, scenes, pieces that can be
 * watched already, and what lies beside the MP4. */
#pragma once

#include <stdint.h>

#include "base/error.h"

enum video_stage { VIDEO_READING, VIDEO_ENCODING, VIDEO_JOINING };
const char *video_stage_name(enum video_stage stage); /* "reading", "encoding", "joining" */

struct video_progress {
    enum video_stage stage;
    double percent; /* of the whole work, 0…100, never falls */
    int frame, n_frames;
    double fps;      /* frames encoded a second, lately; 0: not known yet */
    int64_t left_ms; /* until the end; -1: not known yet */
};

struct video_chapter {
    char *title;
    double start_s;
};

/* What lies beside the MP4, names beneath `out_dir`. */
struct video_beside {
    const char *captions; /* WebVTT; NULL: there are no words in the video */
    const char *poster;   /* a JPEG of the frame's size */
    const char *sprites;  /* WebVTT whose cues name parts of a JPEG beside it */
    int n_chapters;
    const struct video_chapter *chapters; /* one a scene */
};

/* The start of the video can be watched while the rest is made. */
struct video_playable {
    const char *playlist; /* HLS; grows to the end of the video */
    const char *codecs;   /* as browsers want them named: "avc1.640028, mp4a.40.2" */
    double seconds, of;   /* there are now, and will be */
};

/* What happens on the way.  Called on threads of video_create(), one call at a time; paths are
 * beneath `out_dir` and the file is whole when its name is told. */
struct video_watch {
    void *ctx;
    /* May what is made still be published?  Asked before the folder is touched and before each file
     * in it gets its name, on any thread, at once with the others below.  It may wait.  Less than
     * 0: no, the work ends with that.  NULL: always. */
    int (*may_publish)(void *ctx, struct error *err);
    void (*progress)(void *ctx, const struct video_progress *progress); /* 4 to 10 times a second */
    void (*scene)(
        void *ctx, int index, int n_scenes, const char *thumbnail); /* index from 0, in order */
    void (*preview)(void *ctx, const char *thumbnail);
    void (*beside)(void *ctx, const struct video_beside *beside);       /* once, near the end */
    void (*playable)(void *ctx, const struct video_playable *playable); /* once */
};
