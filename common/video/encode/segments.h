/* segments.h - every segment of a film encoded, several at once, and handed out in order.
 *
 * segments_next() is called on the thread that called segments_start(); the encoders are threads of
 * their own.  They run at most a few segments ahead of what was taken, so memory stays bounded.
 *
 * Room: frames to segments, on all cores.
 * May use: base, case, video/film, video/frame, video/libav, video/plan.
 * Used by: video/deliver. */
#pragma once

#include "video/encode/segment.h"
#include "video/film/film.h"

struct segments;

/* `n_encoders` threads; 0: as many as this process may use cores.  They work in turn with all who
 * share the `n_cores` of `cores_file` (NULL: nobody), and no more of them than there are of those
 * or of the machine's cores. */
int segments_start(struct film *film, int n_encoders, const char *cores_file, int n_cores,
    struct segments **ret_segments, struct error *err);

enum { SEGMENTS_E_NOT_YET = 1, SEGMENTS_E_END };

/* The next segment in order, in its place, waiting at most `wait_ms` for it.  SEGMENTS_E_END: that
 * was all. */
int segments_next(
    struct segments *segments, int wait_ms, struct segment **ret_segment, struct error *err);

int segments_frames_done(const struct segments *segments); /* any thread, here and below */
int segments_frames_kept(const struct segments *segments); /* of those: were there already */

/* Stops the encoders (within a frame's time each) and waits for them.  Takes NULL. */
void segments_stop(struct segments *segments);
