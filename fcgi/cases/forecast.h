/* forecast.h - when a queued job is likely to start, from what is known of the jobs before it.
 * Arithmetic only; any thread.
 *
 * Each slot of the machine becomes free when its job ends.  A queued job takes the slot that is
 * free first, for as long as jobs usually take. */
#pragma once

#include <stdint.h>

enum { FORECAST_SLOTS_MAX = 256 };

struct forecast {
    int n_slots, n_running;
    int64_t free_ms[FORECAST_SLOTS_MAX]; /* from now; -1: not known */
    int64_t usual_ms;                    /* how long a job takes; -1: not known */
};

/* `n_slots` jobs run at once.  `usual_ms`: how long recent jobs took; -1: there were none, and the
 * first running job whose end is known gives the value. */
void forecast_init(struct forecast *forecast, int n_slots, int64_t usual_ms);

/* A job is running: `left_ms` until its end, -1 if that is not known, and `spent_ms` since its
 * start. */
void forecast_running(struct forecast *forecast, int64_t left_ms, int64_t spent_ms);

/* After all running jobs: ms until the next job of the queue starts; -1: not known. */
int64_t forecast_next(struct forecast *forecast);
