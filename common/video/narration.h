/* narration.h - the first passes over a case: reads or speaks the sound of every scene, and checks
 * every picture.  The timeline needs the lengths of the sounds, so these come first: then other
 * machines can begin.  One thread calls; several threads work, a scene at a time, and the result
 * does not depend on which thread did which scene. */
#pragma once

#include "case/case.h"
#include "video/kept/cache.h"
#include "video/mix/mix_clip.h"
#include "video/watch/progress.h"

struct narration_input { /* all pointers are the caller's */
    const struct case_record *record;
    struct media *media;
    const char *dir;     /* folder of the spools */
    struct cache *cache; /* of speech */
    const atomic_bool *cancel;
    struct progress *progress; /* VIDEO_READING is reported */
    bool is_plan; /* only the lengths of the clips are wanted, which are kept in the cache */
};

struct narration {
    struct spool *spools; /* one a thread */
    int n_spools;
    int n_clips;
    struct mix_clip *clips; /* one a scene; all but `at`, which the timeline knows */
};

/* Blocks until all sounds are read.  `input->record` must outlive `*ret_narration`.  -ERR_INPUT:
 * the first scene whose sound (or, before it, whose picture, but for a plan) can't be used, with
 * its number and file; -ERR_IO: a spool; -ERR_CANCELED. */
int narration_read(
    const struct narration_input *input, struct narration *ret_narration, struct error *err);
/* Blocks until all pictures are checked.  -ERR_INPUT: the first one that can't be used, with its
 * scene's number; -ERR_CANCELED. */
int narration_check_pictures(const struct narration_input *input, struct error *err);

void narration_close(struct narration *narration); /* takes a zeroed one */
