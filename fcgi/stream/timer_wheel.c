/* timer_wheel.c - see timer_wheel.h. */
#include "stream/timer_wheel.h"

#include <string.h>

static uint16_t *timer_wheel_count(struct timer_wheel *wheel, int64_t tick)
{
    return &wheel->n_at[tick % WHEEL_TICKS];
}

static struct link *timer_wheel_slot(struct timer_wheel *wheel, int64_t tick)
{
    return &wheel->ticks[tick % WHEEL_TICKS];
}

static int64_t timer_wheel_now(const struct timer_wheel *wheel)
{
    return (int64_t)uv_now(wheel->timer.loop) / WHEEL_TICK_MS;
}

/* The first tick at which something is due, but not before now. */
static int64_t timer_wheel_next(struct timer_wheel *wheel)
{
    int64_t now = timer_wheel_now(wheel), tick = wheel->tick, end = tick + WHEEL_TICKS;

    while (tick < end && list_is_empty(timer_wheel_slot(wheel, tick)))
        tick++;
    return tick < now ? now : tick;
}

static void timer_wheel_on_tick(uv_timer_t *timer);

/* In one millisecond at the earliest: at 0 libuv would run the timer again in the same turn. */
static void timer_wheel_arm(struct timer_wheel *wheel)
{
    int64_t wait_ms;

    wheel->wake = timer_wheel_next(wheel);
    wait_ms = wheel->wake * WHEEL_TICK_MS - (int64_t)uv_now(wheel->timer.loop);
    uv_timer_start(&wheel->timer, timer_wheel_on_tick, wait_ms > 1 ? (uint64_t)wait_ms : 1, 0);
}

/* `due` may schedule for a tick that is still visited here: messages catch up after a pause. */
static void timer_wheel_on_tick(uv_timer_t *timer)
{
    struct timer_wheel *wheel = timer->data;
    int64_t now = timer_wheel_now(wheel);

    for (int n = 0; wheel->n && wheel->tick <= now && n < WHEEL_TURN;) {
        struct link *slot = timer_wheel_slot(wheel, wheel->tick), *link = slot->next;

        if (list_is_empty(slot)) {
            *timer_wheel_count(wheel, wheel->tick++) = 0;
            continue;
        }
        list_remove(link);
        wheel->n--;
        n++;
        wheel->due(link);
    }
    if (wheel->n)
        timer_wheel_arm(wheel);
}

void timer_wheel_init(struct timer_wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link))
{
    uv_timer_init(loop, &wheel->timer);
    wheel->timer.data = wheel;
    wheel->due = due;
    wheel->n = 0;
    memset(wheel->n_at, 0, sizeof wheel->n_at);
    for (int i = 0; i < WHEEL_TICKS; i++)
        list_init(&wheel->ticks[i]);
}

void timer_wheel_deinit(struct timer_wheel *wheel)
{
    uv_close((uv_handle_t *)&wheel->timer, NULL);
}

static int64_t timer_wheel_tick(int64_t at_ms)
{
    return (at_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
}

/* Visits at `tick`, and at the same time of the period before: those will most likely recur. */
static int timer_wheel_crowd(const struct timer_wheel *wheel, int64_t tick, int64_t period)
{
    int64_t before = tick - period;
    int n = wheel->n_at[tick % WHEEL_TICKS];

    return before >= wheel->tick ? n + wheel->n_at[before % WHEEL_TICKS] : n;
}

int64_t timer_wheel_uncrowded(const struct timer_wheel *wheel, int64_t at_ms, int64_t period_ms)
{
    int64_t tick = timer_wheel_tick(at_ms), period = period_ms / WHEEL_TICK_MS, best = tick;
    int64_t furthest = timer_wheel_now(wheel) + (WHEEL_MOST_MS - WHEEL_LATE_MS) / WHEEL_TICK_MS;

    for (int64_t at = tick; at < tick + period && at <= furthest; at++) {
        if (timer_wheel_crowd(wheel, at, period) < timer_wheel_crowd(wheel, best, period))
            best = at;
        if (timer_wheel_crowd(wheel, best, period) < WHEEL_CROWD)
            break;
    }
    return best == tick ? at_ms : best * WHEEL_TICK_MS;
}

void timer_wheel_schedule(struct timer_wheel *wheel, struct link *link, int64_t at_ms)
{
    int64_t tick = timer_wheel_tick(at_ms);
    bool is_first = wheel->n++ == 0;

    if (is_first)
        wheel->tick = timer_wheel_now(wheel);
    if (tick < wheel->tick)
        tick = wheel->tick;
    list_append(timer_wheel_slot(wheel, tick), link);
    if (*timer_wheel_count(wheel, tick) < UINT16_MAX)
        ++*timer_wheel_count(wheel, tick);
    if (is_first || tick < wheel->wake)
        timer_wheel_arm(wheel);
}

void timer_wheel_cancel(struct timer_wheel *wheel, struct link *link)
{
    if (list_is_empty(link))
        return;
    list_remove(link);
    if (--wheel->n > 0)
        return;
    uv_timer_stop(&wheel->timer);
    memset(wheel->n_at, 0, sizeof wheel->n_at);
}
