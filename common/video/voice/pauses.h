/* pauses.h - the pauses of a voice: the quiet stretches of a piece of sound.  Pure: any thread. */
#pragma once

#include "video/mix/levels.h"

struct pause {
    int64_t start_ms, end_ms; /* from the start of the sound */
};

struct pauses {
    int n;
    struct pause *list; /* in order of time */
};

/* The pauses of at least 90 ms; the caller frees them.  "Quiet" is relative to the loudest step of
 * the sound, so a soft recording has its pauses, too.  Silence is one long pause. */
struct pauses pauses_find(const struct levels *levels);
void pauses_free(struct pauses *pauses);
