/* cues.h - the cues of a video: its words as text with times, for captions.vtt and the MP4's text
 * track.  One thread at a time.
 *
 * The cues of a scene are its narration, in phrases of two lines at most: that is what a viewer who
 * can't hear misses.  The caption of such a scene is in the picture already and is not repeated.
 * A scene without narration has its caption as cues, page by page while it is on the screen, so
 * that all words of the video can be searched, read aloud and translated.
 *
 * The speech program reports no word times.  They are estimated: phrases end at the pauses of the
 * voice, and between two pauses time is shared by the number of letters (voice/align.h).
 *
 * Room: cues as WebVTT and as a text track; chapters.
 * May use: base, case, video/draw, video/language, video/mix, video/plan, video/voice,
 *     video/watch.
 * Used by: video/deliver. */
#pragma once

#include "case/case.h"
#include "video/mix/mix.h"
#include "video/plan/timeline.h"

struct cue {
    int64_t start_ms, end_ms; /* start < end; cues are in order and do not overlap */
    char *text;               /* UTF-8; a caption may have several lines, none of them blank */
    bool at_top; /* show it at the top, because the picture has a caption at the bottom */
};

struct cues {
    /* fixed after cues_open() */
    const struct case_record *record;
    const struct timeline *timeline;
    const struct mix_clip *clips; /* one a scene */
    struct fonts *fonts;          /* of the captions */
    int width, height;            /* of the frame, pixels */

    int n_scenes; /* whose cues are in the list */
    int n;
    struct cue *list;
};

/* All pointers stay the caller's and must outlive `*ret_cues`. */
void cues_open(const struct case_record *record, const struct timeline *timeline,
    const struct mix_clip *clips, struct fonts *fonts, int width, int height,
    struct cues *ret_cues);
void cues_close(struct cues *cues); /* takes a zeroed one */

/* Has any scene a caption or a narration? */
bool cues_are_wanted(const struct cues *cues);
/* Is any cue shown at the top? */
bool cues_stand_at_top(const struct cues *cues);

enum { CUES_E_END = 1 };

/* Cue number `i` (from 0); adds the cues of further scenes as needed.  `*ret_cue` holds until the
 * next call.  CUES_E_END: there are not so many.  Errors as caption_plan(). */
int cues_at(struct cues *cues, int i, const struct cue **ret_cue, struct error *err);

/* Add the cues of all scenes to the list. */
int cues_add_all(struct cues *cues, struct error *err);
