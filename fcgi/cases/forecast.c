/* forecast.c - see forecast.h. */
#include "cases/forecast.h"

void forecast_init(struct forecast *forecast, int n_slots, int64_t usual_ms)
{
    *forecast =
        (struct forecast){.n_slots = n_slots < FORECAST_SLOTS_MAX ? n_slots : FORECAST_SLOTS_MAX,
            .usual_ms = usual_ms};
}

static int64_t forecast_guess_left(const struct forecast *forecast, int64_t spent_ms)
{
    if (forecast->usual_ms < 0)
        return -1;
    return spent_ms < forecast->usual_ms ? forecast->usual_ms - spent_ms : 0;
}

void forecast_running(struct forecast *forecast, int64_t left_ms, int64_t spent_ms)
{
    int64_t left = left_ms >= 0 ? left_ms : forecast_guess_left(forecast, spent_ms);

    if (forecast->usual_ms < 0 && left_ms >= 0)
        forecast->usual_ms = spent_ms + left_ms;
    /* More jobs than slots: another process runs with other settings. */
    if (forecast->n_running == forecast->n_slots && forecast->n_slots < FORECAST_SLOTS_MAX)
        forecast->n_slots++;
    if (forecast->n_running < forecast->n_slots)
        forecast->free_ms[forecast->n_running++] = left;
}

/* The slot that is free first, of those whose time is known. */
static int forecast_first_free(const struct forecast *forecast)
{
    int first = 0;

    for (int i = 0; i < forecast->n_slots; i++)
        if (forecast->free_ms[i] >= 0 &&
            (forecast->free_ms[first] < 0 || forecast->free_ms[i] < forecast->free_ms[first]))
            first = i;
    return first;
}

int64_t forecast_next(struct forecast *forecast)
{
    int slot = forecast_first_free(forecast);
    int64_t wait_ms = forecast->free_ms[slot];

    forecast->free_ms[slot] =
        wait_ms < 0 || forecast->usual_ms < 0 ? -1 : wait_ms + forecast->usual_ms;
    return wait_ms;
}
