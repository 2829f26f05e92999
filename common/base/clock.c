#include "base/clock.h"

#include <time.h>

static int64_t clock_now_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    return clock_now_ns(CLOCK_REALTIME) / 1000000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_now_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_monotonic_ns(void)
{
    return clock_now_ns(CLOCK_MONOTONIC);
}
