/* watch.h - one viewer's interest in one job.  Loop thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/frame.h"
#include "store/store.h"

struct channel;

/* Embedded in what the viewer's owner keeps of it; zeroed before its first hub_watch(). */
struct watch {
    struct link link;        /* in its channel */
    struct channel *channel; /* NULL: closed */
    uint64_t after;          /* journal position: only later events are delivered */
    /* set before hub_watch() */
    char watcher[WATCHER_LEN + 1]; /* whose it is, see store.h */
    bool is_joint;                 /* it gets the frames for joint streams */
    /* The callee takes no reference of its own unless it calls frame_ref().  `at`: the event's
     * place; of a note, seq 0.  After the job's last event (is_over) nothing follows, and the watch
     * may be closed in here.  Both NULL: the database was deleted or replaced; the viewer must
     * connect again, and the callee closes the watch. */
    void (*deliver)(struct watch *watch, struct frame *frame, const struct job_cursor *at);
};

enum { HUB_E_BEHIND = 1 }; /* events after that position are no longer kept: read the store again */

/* Harmless on a watch that is not open. */
void watch_close(struct watch *watch);
