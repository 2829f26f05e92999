/* store_private.h - a store is one or two connections.  For store.c and tests. */
#pragma once

#include "store/engine/engine.h"

/* hooks.c: the request with the id and the key of a new hook. */
struct hook_request store_hook_named(const struct hook_request *request);

struct store {
    struct store_link *jobs, *cases; /* NULL: that part is not open; both may be the same */
};
