/* clock.h - the time.  Any thread. */
#pragma once

#include <stdint.h>

/* Milliseconds since 1970, of the clock that an operator may set: for what people read and
 * processes share. */
int64_t clock_wall_ms(void);

/* CLOCK_MONOTONIC, which never goes back: for waiting and measuring. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_ns(void);
