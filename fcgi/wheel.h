/* wheel.h - many slow timers for the price of one: a ring of ticks, each with a list of what is due
 * then.
 *
 * Streams that send something every second fall due together on the same tick, so a turn of the
 * loop writes for all of them and nginx wakes once.  Loop thread. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/list.h"

enum { WHEEL_TICK_MS = 50, WHEEL_MOST_MS = 61000, WHEEL_TICKS = WHEEL_MOST_MS / WHEEL_TICK_MS + 2 };

struct wheel {
    uv_timer_t timer;
    void (*due)(struct link *link); /* `link` has left the wheel; it may be scheduled again */
    int n;                          /* scheduled; the timer runs while there is one */
    int64_t tick;                   /* of the loop's clock: all before it were visited */
    struct link ticks[WHEEL_TICKS];
};

void wheel_init(struct wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link));
void wheel_deinit(struct wheel *wheel);

/* `at_ms` of uv_now(), rounded up to a tick; at most WHEEL_MOST_MS from now. */
void wheel_schedule(struct wheel *wheel, struct link *link, int64_t at_ms);
void wheel_cancel(
    struct wheel *wheel, struct link *link); /* harmless on one that is not scheduled */
