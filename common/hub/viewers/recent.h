/* recent.h - the newest events of the journal, so that a watch can begin where its viewer's
 * replay ended.  Loop thread. */
#pragma once

#include "hub/viewers/frame_pair.h"
#include "hub/viewers/watch.h"

enum { RECENT_MAX = 1024 };

/* Zeroed: empty. */
struct recents {
    struct frame_pair *ring[RECENT_MAX];
    uint64_t n;          /* ever added; the newest is ring[(n - 1) % RECENT_MAX] */
    uint64_t kept_after; /* journal position: every later event is in the ring */
};

/* Takes the event over.  Positions grow. */
void recents_add(struct recents *recents, struct frame_pair *event);
/* Delivers to `n` watches, each of another job, the kept events behind `after` in the order of the
 * journal, to each until it is closed. */
void recents_deliver(const struct recents *recents, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after);
void recents_clear(struct recents *recents); /* empty; `kept_after` stays */
