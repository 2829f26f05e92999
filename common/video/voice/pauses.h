/* pauses.h - where a voice rests: the quiet stretches of a piece of sound.  Any thread. */
#pragma once

#include "video/mix/levels.h"

struct pause {
    int64_t start_ms, end_ms; /* from the piece's start */
};

struct pauses {
    int n;
    struct pause *list; /* in order */
};

/* Quiet is judged against the piece's own loudness, so a soft recording has its pauses, too;
 * silence is one long pause. */
struct pauses pauses_find(const struct levels *levels);
void pauses_free(struct pauses *pauses);
