/* store_private.h - a store is one or two connections.  For store.c and tests. */
#pragma once

#include "store/engine/engine.h"

struct store {
    struct store_link *jobs, *cases; /* NULL: that part is not open; both may be the same */
};
