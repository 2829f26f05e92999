/* watchers.h - counts who watches a job beside somebody, for every engine. */
#pragma once

#include <string.h>

#include "store/engine/records.h"

enum { WATCHER_HALF = (WATCHER_LEN - 1) / 2 /* of the address, and of the viewer's name */ };

struct watchers {
    int all, own;
    bool is_cut; /* some of them are not listed */
};

static inline bool watcher_is_named(const char *watcher)
{
    return strcmp(watcher + WATCHER_HALF + 1, WATCHER_UNNAMED) != 0;
}

/* Adds the audience of one process, as seen by `watcher`.  A watcher that named itself is found by
 * its name; else one stream from the same address counts as its own. */
static inline void watchers_add(
    struct watchers *watchers, int n, const char *who, const char *watcher)
{
    watchers->all += n;
    watchers->is_cut |= n > AUDIENCE_LISTED;
    for (; strlen(who) >= WATCHER_LEN; who += WATCHER_LEN + (who[WATCHER_LEN] == ' '))
        if (watcher_is_named(watcher))
            watchers->own +=
                memcmp(who + WATCHER_HALF + 1, watcher + WATCHER_HALF + 1, WATCHER_HALF) == 0;
        else if (memcmp(who, watcher, WATCHER_HALF) == 0)
            watchers->own = 1;
}

static inline int watchers_others(const struct watchers *watchers, const char *watcher)
{
    int own = watchers->own;

    if (own == 0 && watchers->is_cut && watcher_is_named(watcher))
        own = 1;
    return watchers->all > own ? watchers->all - own : 0;
}
