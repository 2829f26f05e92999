/* video.h - from a case to a narrated video.
 *
 * video_create() does the whole work on the calling thread, with threads of its own that end before
 * it returns.  It may run on several threads at once.  The bytes of the result depend on the case,
 * the files it names and the engine (kept/engine.h: our version, libraries, a sample of what they
 * make here, fonts, voices), and on nothing else: not on the number of cores, nor on the
 * processor's model while the sample is the same.
 *
 * Room: from a case to a narrated video.
 * May use: base, case, video/canary, video/deliver, video/draw, video/encode, video/film,
 * video/frame, video/kept, video/language, video/media, video/mix, video/sealed, video/soundtrack,
 * video/voice, video/watch.
 * Used by: cli, cli/create, cli/jobs, fcgi, fcgi/cases, fcgi/kind. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"
#include "video/watch/parts.h"
#include "video/watch/watch.h"

enum { VIDEO_JOB_MAX = 20 };

struct video_options {
    const char *media_root; /* folder; all files that a case names lie beneath it */
    const char *out_dir;    /* created if it does not exist */
    const char *job;        /* other runs may use out_dir: a word, at most VIDEO_JOB_MAX bytes, in
                               the names of files that go with the job.  NULL: no other may */
    int64_t run;            /* of the job: a later run has a higher number */
    const char *run_dir;    /* folder of unfinished sound; NULL: out_dir */
    const char *file;       /* name of the MP4 in out_dir: "final.mp4" */
    const char *cache_dir;  /* kept/cache.h; NULL: no cache */
    int64_t cache_bytes;    /* limit of the cache */
    const atomic_bool *cancel; /* set: -ERR_CANCELED within a second; NULL: can't be canceled */
    const char *cores_file;    /* encode/cores.h; NULL: cores are not shared with other runs */
    int n_cores;               /* that are shared */
    int n_encoders;            /* threads; 0: one a core.  Does not change the result */
    struct video_watch watch;
    const struct video_parts *parts; /* NULL: no other machine makes any of it.  Needs the cache */
};

struct video_result {
    int width, height, fps, n_frames;
    int n_kept; /* of n_frames: from cache entries, of this video or another */
    double seconds;
};

/* The key of the video of `record`: a digest of the case's content, the engine and, for every file
 * it names, size and time of last change.  A missing file has a key, too: video_create() reports
 * it. -ERR_INPUT: the case has no scenes; -ERR_IO names the media root.  Any thread. */
int video_key(const struct case_record *record, const char *media_root, char ret_key[static 65],
    struct error *err);

/* A digest of the state of the files that `record` names, including the time of their last status
 * change, which no program can set back.  Two equal stamps: no file was touched between them.
 * -ERR_IO names the media root.  Any thread. */
int video_files_stamp(const struct case_record *record, const char *media_root,
    char ret_stamp[static 65], struct error *err);

/* Make the video of `record`.  All pointers stay the caller's.  On success the MP4 and the files
 * that were reported to `watch` are in out_dir, complete and flushed to the disk.  On failure no
 * temporary file stays, but reported files do: a viewer may watch them, and the next run continues
 * with them.  -ERR_INPUT names scene, file and reason; -ERR_IO the file; -ERR_LIMIT: no memory or
 * no thread; -ERR_CANCELED; or the code of `watch.may_publish`. */
int video_create(const struct case_record *record, const struct video_options *options,
    struct video_result *ret_result, struct error *err);

struct video_measures {
    int width, height, fps, n_frames;
    double seconds;
};

/* How long the video of `record` would be: its texts are spoken and its sounds read, but no frame
 * is drawn.  Calls `unseen` for each text in which no font of this machine has `n` characters: they
 * would be boxes.  `run_dir`: folder of unfinished sound.  Errors as video_create(). */
int video_measure(const struct case_record *record, const char *media_root, const char *run_dir,
    void (*unseen)(void *ctx, const char *place, const char *field, int n), void *ctx,
    struct video_measures *ret_measures, struct error *err);

/* How a process helps with a video that another machine makes. */
struct video_help { /* all that is pointed to outlives the call */
    const char *media_root, *cache_dir;
    int64_t cache_bytes;
    const char *cores_file;
    int n_cores;
    const atomic_bool *stop;
    struct video_plan plan; /* as video_create() there gave it */
    int ms;                 /* it returns when no core was spare for so long */

    /* Called on several threads.  As video_parts.claim. */
    int (*claim)(void *ctx, int *ret_number, struct error *err);
    /* The part is in the cache under this key.  NULL: it was given up. */
    void (*made)(void *ctx, int number, const char *key);
    void *ctx;
};

/* Make parts of the video of `record` with the cores that nobody here waits for, until none is left
 * to claim, no core was spare for `ms`, or `stop` is set.  Speaks, mixes and publishes nothing.
 * -ERR_INPUT: the plan is not one of this case, or a scene can't be drawn; -ERR_IO: media root or
 * cache. */
int video_help(const struct case_record *record, const struct video_help *help, struct error *err);

/* Remove from `out_dir` the live playlist of the job, its pieces and what its runs left unfinished,
 * when the job has ended so that it has no other run.  Does nothing if there are none.  `job`: as
 * in video_options.  Any thread. */
void video_sweep(const char *out_dir, const char *job);
