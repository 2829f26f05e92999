/* beside.h - what lies beside the MP4: captions.vtt, poster.jpg, sprites.jpg and its VTT; and what
 * its chapters are.  One thread. */
#pragma once

#include "video/cues.h"
#include "video/stills.h"
#include "video/video.h"

struct beside {
    struct cues cues;
    struct stills stills;
};

/* Everything pointed to stays the caller's. */
int beside_open(const struct film *film, const struct mix_part *parts, const struct spool *spool,
    struct beside *ret_beside, struct error *err);
void beside_close(struct beside *beside); /* takes a zeroed one */

/* The next segment in order, before its packets are moved away. */
int beside_look(struct beside *beside, const struct segment *segment, struct error *err);

/* That was the last: the files are written, and told. */
int beside_end(struct beside *beside, const struct video_watch *watch, struct error *err);
