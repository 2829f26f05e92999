/* unused.h - files that were sent, and that no kept case and no live job names: they go when
 * nobody has sent them, or asked for them, for a day.
 *
 * A file that is named has its day begun anew, long before it is over.  So services that share a
 * media root keep one another's files as long as each runs at least twice a day, and a file stays
 * for half a day after the last case that named it.  Any thread, with its own stores. */
#pragma once

#include "base/config.h"
#include "sent/sent.h"

enum {
    UNUSED_KEPT_S = 86400,
    UNUSED_LOOK_S = UNUSED_KEPT_S / 2, /* older files are looked for in cases and jobs */
    UNUSED_MOST = 100,                 /* are removed at one look */
};

/* Calls `each` for the files that are to go.  Nothing is changed.  -ERR_…: the cases or the jobs
 * can't all be read, and which files they name is not known: `each` was not called. */
int unused_each(const struct config *config,
    void (*each)(void *ctx, const char *digest, int64_t bytes, int64_t age_s), void *ctx,
    struct error *err);

/* Removes UNUSED_MOST of them at most: should the clock say a wrong year, somebody may still see it
 * in the log in time.  `*ret_n`: how many are gone. */
int unused_remove(const struct config *config, int *ret_n, struct error *err);
