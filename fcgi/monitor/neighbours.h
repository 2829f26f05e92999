/* neighbours.h - what the other processes of this machine say of themselves: one scrape that comes
 * to any of them tells of all.
 *
 * Each process listens on an abstract socket of Unix, which is gone as soon as the process is, and
 * writes its text to each process of the same user that connects.  A connection of another user is
 * closed, and a listener of another user is not asked. */
#pragma once

#include "base/buf.h"
#include "base/config.h"
#include "loop/loop.h"

enum {
    NEIGHBOURS_MAX = 64,
    NEIGHBOURS_WAIT_MS = 1000,      /* for the answers of all of them together */
    NEIGHBOUR_TEXT_MAX = 128 << 10, /* bytes; a process has some 12 KiB to tell */
};

struct neighbours;

/* Listens under `name`, the name of this process; `tell(ctx, out)` runs on the loop for each
 * neighbour that asks.  Processes are neighbours if they have the same machine and database.
 * -ERR_IO: it can't listen.  Loop thread. */
int neighbours_start(struct loop *loop, const struct config *config, const char *name,
    void (*tell)(void *ctx, struct buf *out), void *ctx, struct neighbours **ret_neighbours,
    struct error *err);

/* Takes NULL.  The loop still turns once more after this.  Loop thread; no thread asks any more. */
void neighbours_stop(struct neighbours *neighbours);

/* Calls each(ctx, name, text) for each other process, `text` NULL: it gave no answer in
 * NEIGHBOURS_WAIT_MS.  Takes NULL: there are none.  Any thread but the loop's. */
void neighbours_ask(const struct neighbours *neighbours,
    void (*each)(void *ctx, const char *name, const char *text), void *ctx);
