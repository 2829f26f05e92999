/* timer_wheel.h - many slow timers for the price of one: a ring of ticks, each with a list of what
 * is due then.  Loop thread.
 *
 * What is due in the same tick is visited together.  The tick of 4 ms was chosen by measuring 9,000
 * streams with an event a second each: 99 of 100 events are read within 0.8 ms, and the responder
 * takes 0.30 s of CPU for 100,000 events; 3 ms give 0.65 ms for 0.31 s, 2 ms give 0.4 ms for 0.34
 * s, and nginx wakes that much more often, too. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/list.h"

enum {
    WHEEL_TICK_MS = 4,
    WHEEL_TURN = 256, /* the most visits in one turn of the loop: other work comes between */
    WHEEL_CROWD =
        9 * WHEEL_TICK_MS, /* visits a tick: that of 9,000 streams with an event a second */
    WHEEL_MOST_MS = 61000,
    WHEEL_LATE_MS = 500, /* how late the wheel may be without mixing one round with the next */
    WHEEL_TICKS = WHEEL_MOST_MS / WHEEL_TICK_MS + 2
};

struct timer_wheel {
    uv_timer_t timer;
    void (*due)(struct link *link); /* `link` has left the wheel; it may be scheduled again */
    int n;                          /* scheduled */
    int64_t tick;                   /* of uv_now(): all ticks before it were visited */
    int64_t wake;                   /* the tick that the timer waits for */
    struct link ticks[WHEEL_TICKS];
    uint16_t n_at[WHEEL_TICKS]; /* how many each tick was given, those canceled since included */
};

void timer_wheel_init(struct timer_wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link));

/* Nothing is scheduled.  Run the loop once more for the handle. */
void timer_wheel_deinit(struct timer_wheel *wheel);

/* `at_ms` of uv_now(), rounded up to a tick; at most WHEEL_MOST_MS from now.  The caller keeps
 * `link`, which is in no list. */
void timer_wheel_schedule(struct timer_wheel *wheel, struct link *link, int64_t at_ms);

/* When to schedule something that recurs every `period_ms`, from `at_ms` on, so that it is not due
 * in a crowd.  Viewers connect in crowds; without this, their messages would be due in crowds for
 * ever, and each would wait for those before it.  The first tick with fewer than WHEEL_CROWD visits
 * within one period and within reach of the wheel; if there is none, the tick with the fewest. */
int64_t timer_wheel_uncrowded(const struct timer_wheel *wheel, int64_t at_ms, int64_t period_ms);

/* Harmless on a link that is not scheduled, but was initialised. */
void timer_wheel_cancel(struct timer_wheel *wheel, struct link *link);
