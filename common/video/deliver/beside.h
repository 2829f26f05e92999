/* beside.h - what lies beside the MP4: captions.vtt, poster.jpg, sprites.jpg and its VTT; and its
 * words and chapters, which go into it, too.  One thread. */
#pragma once

#include "video/deliver/join.h"
#include "video/deliver/stills.h"
#include "video/text/cues.h"
#include "video/text/text_track.h"
#include "video/watch/watch.h"

struct beside {
    struct cues cues;
    struct text_track text; /* of the cues */
    struct stills stills;
    int n_chapters;
    struct video_chapter *chapters;
};

/* Everything pointed to stays the caller's. */
int beside_open(const struct film *film, const struct mix_part *parts, struct beside *ret_beside,
    struct error *err);
void beside_close(struct beside *beside); /* takes a zeroed one */

/* For the MP4; what it points to stays ours. */
void beside_words(struct beside *beside, struct join_words *ret_words);

/* The next segment in order. */
int beside_look(struct beside *beside, const struct segment *segment, struct error *err);

/* That was the last: the files are written, and told. */
int beside_end(struct beside *beside, const struct video_watch *watch, struct error *err);
