/* pauses.c - see pauses.h. */
#include "video/pauses.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "video/timeline.h"

enum {
    STEP_MS = 10,
    STEP = TIMELINE_RATE / 1000 * STEP_MS, /* samples */
    BLOCK = 10 * STEP,
    /* The closure of a "t" is up to 80 ms of silence; a comma is more. */
    PAUSE_MS_MIN = 90,
};

/* Of the loudest step: -34 dB.  Speech keeps above it, breath and a room below. */
static const float quiet_share = 0.02f;

static float loudest(const float *samples, int64_t n_pairs)
{
    float most = 0;

    for (int64_t i = 0; i < 2 * n_pairs; i++)
        most = fmaxf(most, fabsf(samples[i]));
    return most;
}

/* The peak of every step. */
static int measure(
    const struct spool *spool, int64_t from, int64_t n, float *peaks, struct error *err)
{
    static _Thread_local float block[2 * BLOCK];

    for (int64_t at = 0; at < n; at += BLOCK) {
        int64_t len = n - at < BLOCK ? n - at : BLOCK;
        int rc = spool_read(spool, from + at, block, len, err);

        if (rc < 0)
            return rc;
        for (int64_t i = 0; i < len; i += STEP)
            *peaks++ = loudest(block + 2 * i, len - i < STEP ? len - i : STEP);
    }
    return 0;
}

static void add(struct pauses *pauses, int64_t first, int64_t end)
{
    if ((end - first) * STEP_MS < PAUSE_MS_MIN)
        return;
    pauses->list = mem_grow(pauses->list, (size_t)pauses->n + 1, sizeof *pauses->list);
    pauses->list[pauses->n++] =
        (struct pause){.start_ms = first * STEP_MS, .end_ms = end * STEP_MS};
}

static void collect(const float *peaks, int64_t n, struct pauses *pauses)
{
    float most = 0;
    int64_t first = -1;

    for (int64_t i = 0; i < n; i++)
        most = fmaxf(most, peaks[i]);
    for (int64_t i = 0; i <= n; i++) {
        bool is_quiet = i < n && peaks[i] <= most * quiet_share;

        if (is_quiet && first < 0)
            first = i;
        else if (!is_quiet && first >= 0) {
            add(pauses, first, i);
            first = -1;
        }
    }
}

int pauses_find(const struct spool *spool, int64_t from, int64_t n, struct pauses *ret_pauses,
    struct error *err)
{
    int64_t n_steps = (n + STEP - 1) / STEP;
    float *peaks = mem_new_n((size_t)n_steps + 1, float);
    int rc = measure(spool, from, n, peaks, err);

    *ret_pauses = (struct pauses){0};
    if (rc == 0)
        collect(peaks, n_steps, ret_pauses);
    free(peaks);
    return rc;
}

void pauses_free(struct pauses *pauses)
{
    free(pauses->list);
    *pauses = (struct pauses){0};
}
