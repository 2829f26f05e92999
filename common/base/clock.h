/* clock.h - the time.  Any thread. */
#pragma once

#include <pthread.h>
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

/* A condition variable whose timed waits end by CLOCK_MONOTONIC. */
static inline void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

/* The time in `wait_ms`, for pthread_cond_timedwait() on such a variable. */
static inline struct timespec clock_deadline(int wait_ms)
{
    int64_t ns = clock_monotonic_ns() + (int64_t)wait_ms * 1000000;

    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}
