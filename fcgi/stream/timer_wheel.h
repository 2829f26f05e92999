/* timer_wheel.h - many slow timers for the price of one: a ring of ticks, each with a list of what
 * is due then.
 *
 * What falls due in the same tick is visited together.  4 ms were chosen by measuring 9,000 streams
 * with an event a second each: 99 of 100 are read within 0.8 ms then, and the responder takes 0.30
 * s of CPU for 100,000; with 3 ms within 0.65 ms for 0.31 s, with 2 ms 0.4 ms and 0.34 s, and
 * nginx, too, wakes that much more often.  Loop thread. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/list.h"

enum {
    WHEEL_TICK_MS = 4,
    WHEEL_TURN = 256, /* visits in one turn of the loop: others have their turns between */
    WHEEL_CROWD = 9 * WHEEL_TICK_MS, /* 9,000 streams with an event a second are just that */
    WHEEL_MOST_MS = 61000,
    WHEEL_LATE_MS = 500, /* what the wheel may be behind, and still tell one round from the next */
    WHEEL_TICKS = WHEEL_MOST_MS / WHEEL_TICK_MS + 2
};

struct timer_wheel {
    uv_timer_t timer;
    void (*due)(struct link *link); /* `link` has left the wheel; it may be scheduled again */
    int n;                          /* scheduled */
    int64_t tick;                   /* of the loop's clock: all before it were visited */
    int64_t wake;                   /* the tick that the timer waits for */
    struct link ticks[WHEEL_TICKS];
    /* How many each was given; those that were canceled since still count. */
    uint16_t n_at[WHEEL_TICKS];
};

void timer_wheel_init(struct timer_wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link));
void timer_wheel_deinit(struct timer_wheel *wheel);

/* `at_ms` of uv_now(), rounded up to a tick; at most WHEEL_MOST_MS from now. */
void timer_wheel_schedule(struct timer_wheel *wheel, struct link *link, int64_t at_ms);

/* Viewers come in crowds, and what each gets every so often would forever be due in one crowd, too:
 * each message would wait for those before it.  The first time from `at_ms` on at which fewer than
 * WHEEL_CROWD are due; where a whole period has no such, or none that the wheel reaches, that at
 * which the fewest are. */
int64_t timer_wheel_uncrowded(const struct timer_wheel *wheel, int64_t at_ms, int64_t period_ms);

void timer_wheel_cancel(
    struct timer_wheel *wheel, struct link *link); /* harmless on one that is not scheduled */
