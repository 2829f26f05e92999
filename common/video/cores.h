/* cores.h - the machine's cores, shared by every encoder of every process.
 *
 * As many encoders work at once as there are cores to have, however many jobs and processes there
 * are; each works for a turn, then lets whoever waits go first.  So a short film does not wait for
 * the end of a long one, and the machine is never asked for more than it has.
 *
 * A file of locks: one byte for the head of the line, then one a core.  The kernel takes the locks
 * of a process that dies. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { CORES_MAX = 256, CORES_TURN_MS = 200 };

/* One thread's place at a core; that thread's alone. */
struct core {
    int fd; /* -1: not shared, every core is free */
    int n;  /* cores to have */
    int turn_ms;
    int held; /* which one, from 1; 0: none */
    int64_t since_ms;
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
