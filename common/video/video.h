/* video.h - from a case to a narrated video.
 *
 * video_create() does the whole work on the calling thread (and threads of its own that it ends
 * before it returns), and may be called on several threads at once.  Nothing but the case, the
 * files it names and the engine (engine.h: our version, libraries, fonts, voices) decides the bytes
 * of the result; not the processor's model, nor how many of them there are. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"

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

struct video_options {
    const char *media_root;    /* folder; every file a case names lies beneath it */
    const char *out_dir;       /* made if it is not there */
    const char *file;          /* name of the MP4 in out_dir: "final.mp4" */
    const char *cache_dir;     /* what is kept between videos, see cache.h; NULL: nothing is */
    int64_t cache_bytes;       /* how large it may grow */
    const atomic_bool *cancel; /* NULL: can't be canceled.  Set: -ERR_CANCELED within a second */
    const char *cores_file;    /* by which all works on this machine share its cores, see cores.h;
                                  NULL:    takes what it likes */
    int n_cores;               /* to be shared */
    int n_encoders; /* threads that encode; 0: as many as there are cores.  Never changes the bytes
                     */
    struct video_watch watch;
};

struct video_result {
    int width, height, fps, n_frames;
    int n_kept; /* of the frames: were encoded before, for this video or another */
    double seconds;
};

/* The digest of all that shapes the video of `record`: its content, the engine and, for every file
 * it names, size and time of last change.  A file that is not there takes part as such: the job
 * that is made of it tells why it fails.  -ERR_INPUT: a case without scenes. */
int video_key(const struct case_record *record, const char *media_root, char ret_key[static 65],
    struct error *err);

/* The digest of which files `record` names and when anything about them was changed last, by the
 * file system's own clock, which nobody sets back.  The same twice: nobody has touched them
 * meanwhile. */
int video_files_stamp(const struct case_record *record, const char *media_root,
    char ret_stamp[static 65], struct error *err);

/* Make the video of `record`.  -ERR_INPUT names scene, file and reason.  On success the MP4 and the
 * files told to `watch` are in out_dir, whole and flushed to the disk.  On failure no file stays
 * under a temporary name, but all that has been told: somebody watches it, and whoever makes this
 * video next goes on with it. */
int video_create(const struct case_record *record, const struct video_options *options,
    struct video_result *ret_result, struct error *err);

/* Nobody will go on with the video that was begun in `out_dir`: the pieces that could be watched of
 * it go.  Harmless if there are none. */
void video_sweep(const char *out_dir);
