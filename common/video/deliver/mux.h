/* mux.h - the muxer of the final MP4: segments and sound in, one file out, with its index in front
 * so that it plays before it is downloaded.  It also feeds the live playlist (live.h).  One thread
 * at a time.
 *
 * Packets are copied, not encoded again.  Frame times are whole numbers of frames, so every frame
 * lasts equally long; the sound is one stream from start to end.
 *
 * Room: segments to an MP4, a live playlist and side files.
 * May use: base, case, video/draw, video/encode, video/frame, video/kept, video/language,
 *     video/libav, video/media, video/plan, video/soundtrack, video/text, video/watch.
 * Used by: fcgi/cases, video. */
#pragma once

#include <stdatomic.h>

#include "video/encode/segments.h"
#include "video/kept/outdir.h"
#include "video/soundtrack/soundtrack.h"
#include "video/text/text_track.h"
#include "video/watch/watch.h"

struct mux;
struct live;

/* Text and chapters of the MP4; all pointers are the caller's. */
struct mux_words {
    struct text_track *text; /* NULL: no text track */
    const struct video_chapter *chapters;
    int n_chapters;
    double end_s; /* of the last chapter */
};

/* Open the MP4 `name` in `dir` under a temporary name.  All pointers stay the caller's and must
 * outlive `*ret_mux`.  `cancel` (NULL: never) makes every later call return -ERR_CANCELED.  -ERR_IO
 * names the file; -ERR_LIMIT: no memory. */
int mux_open(const struct outdir *dir, const char *name, const struct case_record *record,
    struct soundtrack *track, const atomic_bool *cancel, struct mux **ret_mux, struct error *err);

/* Before the first mux_add(). */
void mux_set_words(struct mux *mux, const struct mux_words *words);

/* `tick` is called whenever the muxer has read, written or flushed a part of the MP4, so that the
 * caller can report progress while the disk is slow. */
void mux_set_tick(struct mux *mux, void (*tick)(void *ctx), void *ctx);

/* Write the next segment, in order, and the sound and text up to its end.  The segment stays the
 * caller's.  -ERR_LIBRARY: the segment does not continue the one before. */
int mux_add(struct mux *mux, const struct segment *segment, struct error *err);

/* After the last segment: write the rest of sound and text, the index and the end of the live
 * playlist, flush everything to the disk and rename the MP4 to `name`. */
int mux_end(struct mux *mux, struct error *err);

/* The live playlist; NULL before the first mux_add(). */
const struct live *mux_live(const struct mux *mux);

/* Removes the MP4 unless mux_end() has succeeded.  Takes NULL. */
void mux_free(struct mux *mux);
