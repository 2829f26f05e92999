/* narration.h - the sound of every scene of a case, read or spoken, and checked pictures: all that
 * must be known before there can be a timeline.  Called by one thread, works on several: a scene is
 * one piece of work, and what comes of it does not depend on which thread did it when. */
#pragma once

#include "case/case.h"
#include "video/kept/cache.h"
#include "video/mix/mix_part.h"
#include "video/watch/progress.h"

enum { NARRATION_THREADS_MAX = 16 };

struct narration_ask {
    const struct case_record *record;
    int root_fd;
    const char *dir;     /* folder for nameless files */
    struct cache *cache; /* of spoken words */
    const atomic_bool *cancel;
    struct progress *progress;
};

struct narration {
    struct spool *spools; /* one a thread */
    int n_spools;
    int n_parts;
    struct mix_part *parts; /* one a scene; `at` is the timeline's to say */
};

/* -ERR_INPUT names the scene, the first of those that can't be used. */
int narration_read(
    const struct narration_ask *ask, struct narration *ret_narration, struct error *err);
void narration_close(struct narration *narration); /* one that is all zero, too */
