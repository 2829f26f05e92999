/* waits.c - see waits.h. */
#include "waits.h"

void waits_start(struct waits *waits, int n_places, int64_t usual_ms)
{
    *waits = (struct waits){.n_places = n_places < WAITS_PLACES_MAX ? n_places : WAITS_PLACES_MAX,
        .usual_ms = usual_ms};
}

static int64_t guess_left(const struct waits *waits, int64_t spent_ms)
{
    if (waits->usual_ms < 0)
        return -1;
    return spent_ms < waits->usual_ms ? waits->usual_ms - spent_ms : 0;
}

void waits_run(struct waits *waits, int64_t left_ms, int64_t spent_ms)
{
    int64_t left = left_ms >= 0 ? left_ms : guess_left(waits, spent_ms);

    if (waits->usual_ms < 0 && left_ms >= 0)
        waits->usual_ms = spent_ms + left_ms;
    /* More than there are places: somebody else runs with other settings. */
    if (waits->n_running == waits->n_places && waits->n_places < WAITS_PLACES_MAX)
        waits->n_places++;
    if (waits->n_running < waits->n_places)
        waits->free_ms[waits->n_running++] = left;
}

/* The place that is free first, as far as it is known. */
static int first_free(const struct waits *waits)
{
    int first = 0;

    for (int i = 0; i < waits->n_places; i++)
        if (waits->free_ms[i] >= 0 &&
            (waits->free_ms[first] < 0 || waits->free_ms[i] < waits->free_ms[first]))
            first = i;
    return first;
}

int64_t waits_next(struct waits *waits)
{
    int place = first_free(waits);
    int64_t wait_ms = waits->free_ms[place];

    waits->free_ms[place] = wait_ms < 0 || waits->usual_ms < 0 ? -1 : wait_ms + waits->usual_ms;
    return wait_ms;
}
