/* join.h - segments and sound into one MP4 that can play before it is all there.  One thread at a
 * time.
 *
 * Packets are moved, not encoded again.  Video times are counted in frames, so every frame lasts
 * exactly as long as every other; the sound is one stream from start to end. */
#pragma once

#include <stdatomic.h>

#include "video/encode/segments.h"
#include "video/kept/outdir.h"
#include "video/mix/soundtrack.h"
#include "video/text/text_track.h"
#include "video/watch/watch.h"

struct join;
struct live;

/* The words of an MP4, the caller's. */
struct join_words {
    struct text_track *text; /* NULL: none */
    const struct video_chapter *chapters;
    int n_chapters;
    double end_s; /* of the last */
};

/* The MP4 of `record` will be called `name`; until join_end() it has a name nobody looks for.  The
 * pointers stay the caller's. */
int join_open(const struct outdir *dir, const char *name, const struct case_record *record,
    struct soundtrack *track, const atomic_bool *cancel, struct join **ret_join, struct error *err);

/* Before the first segment. */
void join_set_words(struct join *join, const struct join_words *words);

/* From now on `tick` is called whenever some of the MP4 was read, written or flushed, so that
 * nothing which a slow disk makes long is without a word. */
void join_set_tick(struct join *join, void (*tick)(void *ctx), void *ctx);

/* The next segment in order, and the sound that belongs beside it.  The segment stays the
 * caller's. */
int join_add(struct join *join, const struct segment *segment, struct error *err);

/* That was all: the file gets its name when it is whole and on the disk. */
int join_end(struct join *join, struct error *err);

/* What can be watched already; NULL: nothing yet. */
const struct live *join_live(const struct join *join);

/* A file that did not get its name is removed.  Takes NULL. */
void join_free(struct join *join);
