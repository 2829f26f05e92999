/* cancel.h - the flag that asks work to stop.  One thread sets it, any thread reads it. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Is the flag set?  NULL: the work can't be canceled. */
static inline bool cancel_is_set(const atomic_bool *cancel)
{
    return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

/* Fill `err` and return -ERR_CANCELED. */
static inline int cancel_error(struct error *err)
{
    return error_set(err, ERR_CANCELED, "canceled");
}
