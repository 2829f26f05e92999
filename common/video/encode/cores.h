/* cores.h - the machine's cores, shared by every encoder of every process.
 *
 * As many encoders work at once as there are cores to have, however many jobs and processes there
 * are.  An encoder keeps its core until its segment is done, then whoever waits goes first: so a
 * short film does not wait for the end of a long one, and no encoder lies in memory (140 MB at
 * 1080p) while another one works.  Only the first second of a film, which a viewer waits for, does
 * not wait for the end of a segment: encoders of other segments let it go first and go on as soon
 * as a core is free again.  So at most two encoders a core are open, and one a core as long as no
 * film begins beside others.
 *
 * A file of locks: the cores, then the heads of three lines.  The kernel takes the locks
 * of a process that dies.  One that is stopped, or hangs, keeps them, but works no more: whoever
 * holds a lock shows by a mark beside it that it goes on, and a lock whose mark stands still holds
 * nobody up.  When its holder wakes it works beside the others until its segment is done. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CORES_MAX = 256,
    CORES_STILL_MS =
        3000, /* a mark that stood still for so long is nobody's; a large picture takes a second */
    CORES_LOCKS = 320, /* of the cores and lines, with those that take the place of some */
};

/* In the order in which they get a free core. */
enum core_rank {
    CORE_FIRST, /* for the first second of a film; held until its segment is done */
    CORE_AGAIN, /* for a segment that let such a one go first */
    CORE_NEXT,  /* for any other segment */
};

/* One thread's place at a core; that thread's alone. */
struct core {
    int fd; /* -1: not shared, every core is free */
    int n;  /* cores to have */
    int still_ms;
    int held; /* the lock of which one, 0: none */
    enum core_rank rank;
    int64_t marked_ms;
    struct {
        int64_t mark, since_ms;
    } seen[CORES_LOCKS]; /* the others' marks, and since when they stand */
};

/* `path` is the file that all share, made if it is not there; NULL: nothing is shared.  On -ERR_IO
 * nothing is shared either. */
int core_open(const char *path, int n, struct core *ret_core, struct error *err);
void core_close(struct core *core); /* gives back what it holds */

/* Wait for a core.  False: `stop` was set meanwhile, none is held. */
bool core_take(struct core *core, enum core_rank rank, const atomic_bool *stop);
/* While one is held: if the first second of a film waits, let it go first.  False as above. */
bool core_keep(struct core *core, const atomic_bool *stop);
void core_give(struct core *core); /* harmless if none is held */
