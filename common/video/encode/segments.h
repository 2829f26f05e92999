/* segments.h - the segments of a video, made by several encoder threads and taken in order.
 *
 * One thread starts, takes and stops; the encoders are threads of this module.  They run at most a
 * few segments ahead of the last that was taken, so memory is bounded.
 *
 * Room: frames to segments, on all cores.
 * May use: base, case, video/film, video/frame, video/libav, video/plan.
 * Used by: video/deliver. */
#pragma once

#include "video/encode/segment.h"
#include "video/film/film.h"

struct segments;

/* Start `n_encoders` threads; 0: one a core that this process may use.  `cores_file` (cores.h): the
 * encoders share `n_cores` cores with all processes that use the file, and there are no more of
 * them than cores; NULL: cores are not shared.  `film` and `cores_file` stay the caller's and must
 * outlive `*ret_segments`.  -ERR_LIMIT: no thread can be started. */
int segments_start(struct film *film, int n_encoders, const char *cores_file, int n_cores,
    struct segments **ret_segments, struct error *err);

enum { SEGMENTS_E_NOT_YET = 1, SEGMENTS_E_END };

/* Take the next segment, in order, with times of the film.  Blocks at most `wait_ms`.  The caller
 * frees `*ret_segment`.  SEGMENTS_E_NOT_YET: it is not done yet; SEGMENTS_E_END: all are taken.
 * Negative: the error of the first encoder that failed; it names the scene. */
int segments_next(
    struct segments *segments, int wait_ms, struct segment **ret_segment, struct error *err);

/* Frames done so far, and how many of them were cache entries.  Any thread. */
int segments_frames_done(const struct segments *segments);
int segments_frames_kept(const struct segments *segments);

/* Stop the encoders (each within the time of a frame) and wait for them.  Takes NULL. */
void segments_stop(struct segments *segments);
