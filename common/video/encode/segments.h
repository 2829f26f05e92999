/* segments.h - the segments of a video, made by several encoder threads and taken in order.
 *
 * One thread opens, starts, takes and stops; the encoders are threads of this module.  They run at
 * most a few segments ahead of the last that was taken, so memory is bounded.
 *
 * Other machines may make segments, too (watch/parts.h): then the encoders claim theirs, and the
 * taking thread finds those of the others in the cache.  A part that is late, or of which the cache
 * has no entry of our own key, is made here, too; the bytes are the same.  The segments of the
 * first second are not shared: they wait for nobody.
 *
 * Room: frames to segments, on all cores.
 * May use: base, case, video/film, video/frame, video/libav, video/plan, video/watch.
 * Used by: video, video/canary, video/deliver. */
#pragma once

#include "video/encode/segment.h"
#include "video/film/film.h"
#include "video/watch/parts.h"

struct segments;

struct segments_options { /* all that is pointed to outlives the segments */
    struct film *film;
    int n_encoders;         /* threads; 0: one a core that this process may use */
    const char *cores_file; /* cores.h: the encoders share `n_cores` cores with all processes that
                               use the file, and are no more than these; NULL: not shared */
    int n_cores;
    const struct video_parts *parts; /* NULL: this machine makes all */
    const int64_t *sounds;           /* with `parts`: samples of each scene's sound */
};

/* Other machines may begin at once; here nothing is made yet.  Blocks while `parts` do.  The caller
 * stops the segments, started or not. */
struct segments *segments_open(const struct segments_options *options);

/* Once.  -ERR_LIMIT: no thread can be started. */
int segments_start(struct segments *segments, struct error *err);

enum { SEGMENTS_E_NOT_YET = 1, SEGMENTS_E_END };

/* Take the next segment, in order, with times of the video.  Blocks at most `wait_ms`, and while
 * `parts` do.  The caller frees `*ret_segment`.  SEGMENTS_E_NOT_YET: it is not done yet;
 * SEGMENTS_E_END: all are taken.  Negative: the error of the first encoder that failed; it names
 * the scene. */
int segments_next(
    struct segments *segments, int wait_ms, struct segment **ret_segment, struct error *err);

/* Frames done so far, and how many of them were cache entries.  Any thread. */
int segments_frames_done(const struct segments *segments);
int segments_frames_kept(const struct segments *segments);
/* How many machines make it now, this one included.  Any thread. */
int segments_machines(const struct segments *segments);

/* Stop the encoders (each within the time of a frame) and wait for them.  Takes NULL. */
void segments_stop(struct segments *segments);
