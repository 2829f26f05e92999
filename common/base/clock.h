/* clock.h - the time.  Any thread. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_read_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Milliseconds since 1970, of the clock that an operator may set: for what people read and
 * processes share. */
static inline int64_t clock_wall_ms(void)
{
    return clock_read_ns(CLOCK_REALTIME) / 1000000;
}

/* CLOCK_MONOTONIC, which never goes back: for waiting and measuring. */
static inline int64_t clock_monotonic_ns(void)
{
    return clock_read_ns(CLOCK_MONOTONIC);
}

static inline int64_t clock_monotonic_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}
