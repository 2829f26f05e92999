/* forecast.h - when a queued job is likely to start, from what is known of those before it.  Pure
 * arithmetic; any thread.
 *
 * Each of the machine's places is free when the job in it will have ended; a queued job takes the
 * place that is free first, for as long as jobs usually take. */
#pragma once

#include <stdint.h>

enum { FORECAST_SLOTS_MAX = 256 };

struct forecast {
    int n_slots, n_running;
    int64_t free_ms[FORECAST_SLOTS_MAX]; /* from now; -1: nobody knows */
    int64_t usual_ms;                    /* a job's time; -1: nobody knows */
};

/* `n_slots` jobs run at once; `usual_ms` is what jobs took lately, -1: there were none, and the
 * first whose end is known says what is usual. */
void forecast_init(struct forecast *forecast, int n_slots, int64_t usual_ms);

/* One runs: `left_ms` until its end, -1: not known; `spent_ms` since its start. */
void forecast_running(struct forecast *forecast, int64_t left_ms, int64_t spent_ms);

/* The next in the queue, after all that run: ms until it starts; -1: nobody knows. */
int64_t forecast_next(struct forecast *forecast);
