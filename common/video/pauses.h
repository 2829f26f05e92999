/* pauses.h - where a voice rests: the quiet stretches of a piece of sound.  Any thread. */
#pragma once

#include "video/spool.h"

struct pause {
    int64_t start_ms, end_ms; /* from the piece's start */
};

struct pauses {
    int n;
    struct pause *list; /* in order */
};

/* Of `n` samples of the spool from `from` on.  Quiet is judged against the piece's own loudness, so
 * a soft recording has its pauses, too; silence is one long pause. */
int pauses_find(const struct spool *spool, int64_t from, int64_t n, struct pauses *ret_pauses,
    struct error *err);
void pauses_free(struct pauses *pauses);
