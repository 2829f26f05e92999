/* clock.h - what time it is.  Any thread. */
#pragma once

#include <stdint.h>

int64_t clock_wall_ms(void);      /* since 1970; for what people read and processes share */
int64_t clock_monotonic_ms(void); /* for waiting and measuring */
int64_t clock_monotonic_ns(void);
