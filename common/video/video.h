/* video.h - from a case to a narrated video.
 *
 * video_create() does the whole work on the calling thread (and threads of its own that it ends
 * before it returns), and may be called on several threads at once.  Nothing but the case, the
 * files it names and the engine (engine.h: our version, libraries, fonts, voices) decides the bytes
 * of the result; not the processor's model, nor how many of them there are.
 *
 * Room: from a case to a narrated video.
 * May use: base, case, video/deliver, video/film, video/kept, video/language, video/libav,
 *     video/mix, video/picture, video/voice, video/watch.
 * Used by: cli, fcgi/kind. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"
#include "video/watch/watch.h"

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
