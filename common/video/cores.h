/* cores.h - the machine's cores, shared by every encoder of every process.
 *
 * As many encoders work at once as there are cores to have, however many jobs and processes there
 * are; each works for a turn, then lets whoever waits go first.  So a short film does not wait for
 * the end of a long one, and the machine is never asked for more than it has.
 *
 * A file of locks: some bytes for the head of the line, then the cores.  The kernel takes the locks
 * of a process that dies.  One that is stopped, or hangs, keeps them, but works no more: whoever
 * holds a lock shows by a mark beside it that it goes on, and a lock whose mark stands still holds
 * nobody up.  When its holder wakes it works beside the others until its turn ends. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CORES_MAX = 256,
    CORES_TURN_MS = 200,
    CORES_STILL_MS = 1000, /* a mark that stood still for so long is nobody's */
    CORES_LOCKS = 320, /* of the line and of the cores, with those that take the place of some */
};

/* One thread's place at a core; that thread's alone. */
struct core {
    int fd; /* -1: not shared, every core is free */
    int n;  /* cores to have */
    int turn_ms, still_ms;
    int held; /* the lock of which one, 0: none */
    int64_t since_ms, marked_ms;
    struct {
        int64_t mark, since_ms;
    } seen[CORES_LOCKS]; /* the others' marks, and since when they stand */
};

/* `path` is the file that all share, made if it is not there; NULL: nothing is shared.  On -ERR_IO
 * nothing is shared either. */
int core_open(const char *path, int n, struct core *ret_core, struct error *err);
void core_close(struct core *core); /* gives back what it holds */

/* Wait for a core.  False: `stop` was set meanwhile, none is held. */
bool core_take(struct core *core, const atomic_bool *stop);
/* While one is held: if the turn is over and somebody waits, let them go first.  False as above. */
bool core_keep(struct core *core, const atomic_bool *stop);
void core_give(struct core *core); /* harmless if none is held */
