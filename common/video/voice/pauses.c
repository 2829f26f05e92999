/* pauses.c - see pauses.h. */
#include "video/voice/pauses.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "video/plan/timeline.h"

enum {
    STEP_MS = ENVELOPE_STEP / (TIMELINE_RATE / 1000),
    /* The closure of a "t" is up to 80 ms of silence; a comma is more. */
    PAUSE_MS_MIN = 90,
};

/* Of the loudest step: -34 dB.  Speech keeps above it, breath and a room below. */
static const float quiet_share = 0.02f;

static void add(struct pauses *pauses, int64_t first, int64_t end)
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
    float most = 0;
    int64_t first = -1;

    for (int64_t i = 0; i < levels->n; i++)
        most = fmaxf(most, levels->sample_peaks[i]);
    for (int64_t i = 0; i <= levels->n; i++) {
        bool is_quiet = i < levels->n && levels->sample_peaks[i] <= most * quiet_share;

        if (is_quiet && first < 0)
            first = i;
        else if (!is_quiet && first >= 0) {
            add(&pauses, first, i);
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
