/* side_files.h - the side files of a video's MP4: captions.vtt, poster.jpg, sprites.jpg and
 * sprites.vtt; also the text and chapters that go into the MP4 itself.  One thread at a time. */
#pragma once

#include "video/deliver/mux.h"
#include "video/deliver/stills.h"
#include "video/text/cues.h"
#include "video/text/text_track.h"
#include "video/watch/watch.h"

struct side_files {
    struct cues cues;
    struct text_track text; /* of the cues */
    struct stills stills;
    int n_chapters;
    struct video_chapter *chapters;
};

/* `film` and `clips` (one a scene) stay the caller's and must outlive `*ret_files`.  A caller
 * closes it after an error, too. */
int side_files_open(const struct film *film, const struct mix_clip *clips,
    struct side_files *ret_files, struct error *err);
void side_files_close(struct side_files *files); /* takes a zeroed one */

/* The text and chapters for the MP4.  They stay ours until side_files_close(). */
void side_files_words(struct side_files *files, struct mux_words *ret_words);

/* The next segment, in order: its first frame may become the poster or a sprite.  The segment stays
 * the caller's. */
int side_files_add(struct side_files *files, const struct segment *segment, struct error *err);

/* After the last segment: write what is not written yet, then call `watch->side_files`. */
int side_files_end(struct side_files *files, const struct video_watch *watch, struct error *err);
