/* pauses.c - see pauses.h. */
#include "video/voice/pauses.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "video/plan/timeline.h"

enum {
    STEP_MS = ENVELOPE_STEP / (TIMELINE_RATE / 1000),
    /* The closure of a "t" is up to 80 ms of silence; the pause at a comma is longer. */
    PAUSE_MS_MIN = 90,
};

/* Of the loudest step: -34 dB.  Speech is above it, breath and the noise of a room are below. */
static const float quiet_share = 0.02f;

/* Adds the quiet steps from `first` to before `end`, if they are a pause. */
static void pauses_add(struct pauses *pauses, int64_t first, int64_t end)
{
    if ((end - first) * STEP_MS < PAUSE_MS_MIN)
        return;
    pauses->list = mem_grow(pauses->list, (size_t)pauses->n + 1, sizeof *pauses->list);
    pauses->list[pauses->n++] =
        (struct pause){.start_ms = first * STEP_MS, .end_ms = end * STEP_MS};
}

struct pauses pauses_find(const struct levels *levels)
{
    struct pauses pauses = {0};
    float loudest = 0;
    int64_t first = -1;

    for (int64_t i = 0; i < levels->n; i++)
        loudest = fmaxf(loudest, levels->sample_peaks[i]);
    for (int64_t i = 0; i <= levels->n; i++) {
        bool is_quiet = i < levels->n && levels->sample_peaks[i] <= loudest * quiet_share;

        if (is_quiet && first < 0)
            first = i;
        else if (!is_quiet && first >= 0) {
            pauses_add(&pauses, first, i);
            first = -1;
        }
    }
    return pauses;
}

void pauses_free(struct pauses *pauses)
{
    free(pauses->list);
    *pauses = (struct pauses){0};
}
