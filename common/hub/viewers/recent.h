/* recent.h - the newest events of the journal as frames, so that a watch can begin where its
 * viewer's replay ended.  Loop thread. */
#pragma once

#include "hub/viewers/watch.h"
#include "job/job.h"

enum { RECENT_MAX = 1024 };

/* Zeroed: empty. */
struct recents {
    struct recent {
        uint64_t position;
        char job_id[JOB_ID_LEN + 1];
        struct frame_pair frames;
        bool is_last;
    } ring[RECENT_MAX];
    uint64_t n;          /* ever added; the newest is ring[(n - 1) % RECENT_MAX] */
    uint64_t kept_after; /* journal position: every later event is in the ring */
};

/* Takes over the caller's references to the frames.  Positions grow. */
void recents_add(struct recents *recents, uint64_t position, const char *job_id,
    struct frame_pair frames, bool is_last);
/* Delivers to `n` watches, each of another job, the kept events behind `after` in the order of the
 * journal, to each until it is closed. */
void recents_deliver(const struct recents *recents, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after);
void recents_clear(struct recents *recents); /* empty; `kept_after` stays */
