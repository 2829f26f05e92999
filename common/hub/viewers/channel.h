/* channel.h - the watches of each job that is watched in this process.  Loop thread, except where
 * noted. */
#pragma once

#include <stdatomic.h>

#include "base/map.h"
#include "hub/inbox/inbox.h"
#include "hub/viewers/frame_pair.h"
#include "hub/viewers/watch.h"

struct channels {
    struct map by_job;    /* of struct channel */
    struct inbox *inbox;  /* hears who watches; outlives the channels */
    atomic_int n_watches; /* open ones; any thread may read it */
};

void channels_deinit(struct channels *channels); /* no watch is open any more */

/* Adds a closed watch.  True: it is the only one of its job in this process. */
bool channels_add(struct channels *channels, struct watch *watch, const char *job_id);
/* Delivers an event to every watch of its job that has not got it yet, and a note to all. */
void channels_deliver(struct channels *channels, struct frame_pair *pair);
/* Calls each(ctx, job_id) for every job that is watched. */
void channels_each(
    struct channels *channels, void (*each)(void *ctx, const char *job_id), void *ctx);
/* Delivers NULL to every watch: see watch.h. */
void channels_close_all(struct channels *channels);
