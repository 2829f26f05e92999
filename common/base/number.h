/* number.h - bounds and rounding of numbers.  Any thread.  "number": whole; "real": with a
 * fraction. */
#pragma once

#include <math.h>
#include <stdint.h>

static inline int number_least(int a, int b)
{
    return a < b ? a : b;
}

static inline int64_t number_least_64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* `value`, but not below `low` and not above `high`.  `low` wins if the two contradict. */
static inline int number_clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static inline double number_clamp_real(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* The even number nearest to `value`, at least 2: a picture's side in 4:2:0.  Of an odd `value`,
 * the neighbour that is a multiple of 4 (rint() rounds ties to even). */
static inline int number_even(double value)
{
    int even = (int)lrint(value / 2) * 2;

    return even > 2 ? even : 2;
}
