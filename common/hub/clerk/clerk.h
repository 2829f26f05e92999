/* clerk.h - the thread that reads and writes the store for this process, so that the loop never
 * waits for a disk or for another process's lock.
 *
 * Room: the thread that reads and writes the store.
 * May use: base, hub/inbox, hub/kind, hub/viewers, hub/works.
 * Used by: hub. */
#pragma once

#include "hub/inbox/inbox.h"
#include "hub/kind/kind.h"
#include "hub/viewers/viewers.h"
#include "hub/works/works.h"

struct clerk;

/* What the clerk reads from and writes to.  All of it outlives the clerk. */
struct clerk_links {
    const struct config *config;
    const struct kinds *kinds;
    struct inbox *inbox;
    struct viewers *viewers;
    struct works *works;
    const char *engine; /* of what makes results here; "": not known */
    const char *job;    /* the one job that is claimed here; NULL: any */
};

struct clerk *clerk_start(const struct clerk_links *links);
/* After inbox_stop_claiming() and the end of all works: ends the thread, gives the jobs back,
 * frees. */
void clerk_stop(struct clerk *clerk);

/* The name under which this process owns jobs.  Any thread. */
const char *clerk_member_name(const struct clerk *clerk);
/* The clerk's thread alone uses more of it than store/parts.h does. */
const struct member *clerk_member(const struct clerk *clerk);
/* When its last round ended, ms of CLOCK_MONOTONIC.  Any thread. */
int64_t clerk_turned_ms(const struct clerk *clerk);
