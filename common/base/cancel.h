/* cancel.h - has somebody asked us to stop?  Any thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* NULL: can't be canceled. */
static inline bool cancel_is_set(const atomic_bool *cancel)
{
    return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

static inline int cancel_error(struct error *err)
{
    return error_set(err, ERR_CANCELED, "canceled");
}
