/* wheel.h - many slow timers for the price of one: a ring of ticks, each with a list of what is due
 * then.
 *
 * What falls due in the same tick is visited together.  Larger groups, so that nginx wakes once for
 * many, were tried: 32 at a time saved no CPU that could be measured, and the 99th percentile of
 * the delay was half as large again.  Loop thread. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/list.h"

enum {
    WHEEL_TICK_MS = 2,
    WHEEL_TURN = 256, /* visits in one turn of the loop: others have their turns between */
    WHEEL_MOST_MS = 61000,
    WHEEL_TICKS = WHEEL_MOST_MS / WHEEL_TICK_MS + 2
};

struct wheel {
    uv_timer_t timer;
    void (*due)(struct link *link); /* `link` has left the wheel; it may be scheduled again */
    int n;                          /* scheduled */
    int64_t tick;                   /* of the loop's clock: all before it were visited */
    int64_t wake;                   /* the tick that the timer waits for */
    struct link ticks[WHEEL_TICKS];
};

void wheel_init(struct wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link));
void wheel_deinit(struct wheel *wheel);

/* `at_ms` of uv_now(), rounded up to a tick; at most WHEEL_MOST_MS from now. */
void wheel_schedule(struct wheel *wheel, struct link *link, int64_t at_ms);
void wheel_cancel(
    struct wheel *wheel, struct link *link); /* harmless on one that is not scheduled */
