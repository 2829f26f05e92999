/* watch.h - the callbacks of video_create(): progress, thumbnails, the live playlist, the side
 * files of the MP4.
 *
 * Pointers that a callback gets hold until it returns.  All file names are relative to `out_dir`.
 *
 * Room: the callbacks of a video in the making.
 * May use: base.
 * Used by: video, video/deliver, video/encode, video/text. */
#pragma once

#include <stdint.h>

#include "base/error.h"

enum video_stage { VIDEO_READING, VIDEO_ENCODING, VIDEO_JOINING };

/* "reading", "encoding", "joining".  Any thread. */
const char *video_stage_name(enum video_stage stage);

struct video_progress {
    enum video_stage stage;
    double percent; /* of the whole video, 0…100, never falls */
    int frame, n_frames;
    double fps;      /* frames encoded per second of late; 0: not known yet */
    int64_t left_ms; /* time left; -1: not known yet */
    int machines;    /* that make it now, this one included */
};

struct video_chapter {
    char *title;
    double start_s;
};

/* The side files: files next to the MP4 that describe it. */
struct video_side_files {
    const char *captions; /* WebVTT; NULL: nothing is spoken or shown as text in the video */
    const char *poster;   /* a JPEG in the size of the video */
    const char *sprites;  /* WebVTT; each cue names a rectangle of the sprite sheet, a JPEG */
    int n_chapters;
    const struct video_chapter *chapters; /* one a scene */
};

/* The start of the video can be played while the rest is made. */
struct video_playable {
    const char *playlist; /* HLS; grows until the video is complete */
    const char *codecs;   /* RFC 6381, for Media Source Extensions: "avc1.640028, mp4a.40.2" */
    double seconds;       /* in the playlist now */
    double of;            /* of the complete video */
};

/* Called on threads of video_create(), one call at a time (but may_publish).  A file is complete
 * when its name is passed.  Each may be NULL. */
struct video_watch {
    void *ctx;
    /* May files still be published?  Called before the output folder is opened and before each file
     * gets its name; on any thread, also while another callback runs.  May block.  Negative: no,
     * video_create() fails with that code.  NULL: always. */
    int (*may_publish)(void *ctx, struct error *err);
    /* Is the MP4 the one that is wanted?  Called on the calling thread, once, when no file of the
     * case is read any more and before the MP4 gets its name.  Negative: as may_publish. */
    int (*may_finish)(void *ctx, struct error *err);
    void (*progress)(void *ctx, const struct video_progress *progress); /* 4 to 10 times a second */
    void (*scene)(
        void *ctx, int index, int n_scenes, const char *thumbnail); /* index from 0, in order */
    void (*preview)(void *ctx, const char *thumbnail);              /* once */
    void (*side_files)(void *ctx, const struct video_side_files *files); /* once, near the end */
    void (*playable)(void *ctx, const struct video_playable *playable);  /* once */
};
