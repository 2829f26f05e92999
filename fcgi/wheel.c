#include "wheel.h"

static void on_tick(uv_timer_t *timer)
{
    struct wheel *wheel = timer->data;
    int64_t now = (int64_t)uv_now(timer->loop) / WHEEL_TICK_MS;

    while (wheel->tick <= now && wheel->n) {
        struct link *slot = &wheel->ticks[wheel->tick++ % WHEEL_TICKS];
        struct link due;

        list_init(&due);
        list_splice(&due, slot);
        while (!list_is_empty(&due)) {
            struct link *link = due.next;

            list_remove(link);
            wheel->n--;
            wheel->due(link);
        }
    }
    if (!wheel->n)
        uv_timer_stop(timer);
}

void wheel_init(struct wheel *wheel, uv_loop_t *loop, void (*due)(struct link *link))
{
    uv_timer_init(loop, &wheel->timer);
    wheel->timer.data = wheel;
    wheel->due = due;
    wheel->n = 0;
    for (int i = 0; i < WHEEL_TICKS; i++)
        list_init(&wheel->ticks[i]);
}

void wheel_deinit(struct wheel *wheel)
{
    uv_close((uv_handle_t *)&wheel->timer, NULL);
}

void wheel_schedule(struct wheel *wheel, struct link *link, int64_t at_ms)
{
    int64_t tick = (at_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;

    if (wheel->n++ == 0 && !uv_is_active((uv_handle_t *)&wheel->timer)) {
        wheel->tick = (int64_t)uv_now(wheel->timer.loop) / WHEEL_TICK_MS;
        uv_timer_start(&wheel->timer, on_tick, 0, WHEEL_TICK_MS);
    }
    if (tick < wheel->tick)
        tick = wheel->tick;
    list_append(&wheel->ticks[tick % WHEEL_TICKS], link);
}

void wheel_cancel(struct wheel *wheel, struct link *link)
{
    if (list_is_empty(link))
        return;
    list_remove(link);
    wheel->n--;
}
