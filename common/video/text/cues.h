/* cues.h - the words of a video as text with its times: for captions.vtt and the MP4's text track.
 *
 * A scene's cues are what is SPOKEN in it, in pieces of two lines at most: that is what somebody
 * who can't hear misses.  Its caption stands in the picture for everybody and is not said twice.
 * Only where a scene has no narration are they its caption, page by page as long as it is on the
 * screen, so that the words of the whole video can be searched, read aloud and translated.
 *
 * Nobody tells when which word is spoken; the pauses of the voice do, and between them the share of
 * letters.  One thread. */
#pragma once

#include "case/case.h"
#include "video/mix/mix.h"
#include "video/plan/timeline.h"

struct cue {
    int64_t start_ms, end_ms; /* start < end; in order, never overlapping */
    char *text;               /* UTF-8; a caption's may have several lines, none of them empty */
    bool at_top;              /* where it would stand, the picture has words already */
};

struct cues {
    /* fixed after cues_open() */
    const struct case_record *record;
    const struct timeline *timeline;
    const struct mix_part *parts; /* one a scene */
    struct fonts *fonts;          /* of the captions */
    int width, height;            /* of the frame */

    int n_scenes; /* whose cues are in the list */
    int n;
    struct cue *list;
};

/* Everything pointed to stays the caller's. */
void cues_open(const struct case_record *record, const struct timeline *timeline,
    const struct mix_part *parts, struct fonts *fonts, int width, int height,
    struct cues *ret_cues);
void cues_close(struct cues *cues);

/* Is there a scene that may have cues?  Does one of them stand at the top? */
bool cues_are_wanted(const struct cues *cues);
bool cues_stand_at_top(const struct cues *cues);

enum { CUES_E_END = 1 };

/* The cue `i`, worked out if it was not yet.  The pointer holds until the next call. */
int cues_at(struct cues *cues, int i, const struct cue **ret_cue, struct error *err);

/* All that are not in the list yet. */
int cues_add_all(struct cues *cues, struct error *err);
