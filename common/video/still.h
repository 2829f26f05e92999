/* still.h - single frames of a video, drawn as they would be in it, without making it.
 *
 * The frame is drawn by the code that draws the video's (film.h) and goes into a JPEG instead of
 * the encoder.  When it is shown depends on the lengths of all sounds, which are kept in the cache:
 * after a change only what was changed is spoken again.  Finished stills are kept, too.
 *
 * Thread-safety: a `struct still` belongs to one thread at a time. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "case/case.h"

struct still;

struct still_options {
    const char *media_root;    /* folder; all files that a case names lie beneath it */
    const char *run_dir;       /* folder of unfinished sound */
    const char *cache_dir;     /* kept/cache.h; NULL: no cache */
    int64_t cache_bytes;       /* limit of the cache */
    const atomic_bool *cancel; /* set: -ERR_CANCELED soon; NULL: can't be canceled */
};

/* Speaks or reads the sounds whose lengths are not known, and plans the video.  No picture is read.
 * `record` and all that `options` point to stay the caller's until still_close().  Errors are those
 * of video_create(). */
int still_open(const struct case_record *record, const struct still_options *options,
    struct still **ret_still, struct error *err);
void still_close(struct still *still); /* takes NULL */

struct still_scene {
    double start_s, seconds; /* on the screen, its transitions included */
};

struct still_plan {
    int width, height, fps, n_frames, n_scenes;
    double seconds;
};

void still_plan(const struct still *still, struct still_plan *ret_plan);
/* `scene` from 0. */
struct still_scene still_scene(const struct still *still, int scene);

/* The frame that is shown at `seconds`: the last one at the end and behind it. */
int still_frame_at(const struct still *still, double seconds);
/* The frame at `share` (0 … 1) of what is shown of this scene alone, without transitions. */
int still_frame_of_scene(const struct still *still, int scene, double share);

/* Appends the frame as a JPEG of `width` pixels, rounded down to an even number and to the video's
 * width, at least STILL_WIDTH_MIN.  -ERR_INPUT: a picture or a text that this frame shows can't be
 * drawn; names its scene and file.  -ERR_LIMIT, -ERR_LIBRARY, -ERR_CANCELED. */
enum { STILL_WIDTH_MIN = 16 };
int still_draw(struct still *still, int frame, int width, struct buf *out, struct error *err);

/* Appends a JPEG with a picture of each scene, in their order: the middle of its caption's time, or
 * of the scene.  `columns` (1 … STILL_COLUMNS_MAX) stand in a row, each `width` pixels wide as
 * above.  `width` is made smaller where the sheet would be larger than STILL_SHEET_MAX on a side.
 * Errors as still_draw(). */
enum { STILL_COLUMNS_MAX = 20, STILL_SHEET_MAX = 16384 };
int still_draw_sheet(
    struct still *still, int columns, int width, struct buf *out, struct error *err);
