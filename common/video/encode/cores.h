/* cores.h - the cores of the machine, shared by the encoders of all jobs and processes.
 *
 * At most as many encoders work at once as there are cores.  An encoder holds a core for one
 * segment, then an encoder that waits gets it: so a short video does not wait for the end of a long
 * one, and no encoder that waits takes memory (140 MB at 1080p).  A viewer waits for the first
 * second of a video, so that second does not wait for the end of a segment: the encoder of another
 * segment yields its core in the middle of its work and resumes as soon as a core is free.  So at
 * most two encoders a core are open, and only one a core while no other video starts.
 *
 * The cores are locks of one shared file, and so are the heads of the three queues (one a rank).
 * The kernel releases the locks of a process that dies.  A process that is stopped or hangs keeps
 * its locks, but does not work: the holder of a lock writes a heartbeat to the file, and a lock
 * whose heartbeat is stale counts no more; another lock takes its place.  When its holder wakes, it
 * works in addition to the others until its segment is done. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CORES_MAX = 256,
    CORES_STALE_MS = 3000, /* age of a stale heartbeat; a large picture takes a second */
    CORES_SPARE_MS = 1000, /* so long a segment waits for its spare core to come back */
    CORES_LOCKS = 320,     /* of cores and queues, with those that replace stale ones */
};

/* Who gets a free core first. */
enum core_rank {
    CORE_FIRST_SECOND, /* a segment in the first second of a video; does not yield */
    CORE_RESUMED,      /* a segment that has yielded its core */
    CORE_NORMAL,       /* any other segment */
    CORE_SPARE,        /* of a video that another machine makes; nobody waits with this rank */
};

/* The use of a core by one thread; that thread's alone. */
struct core {
    int fd; /* -1: cores are not shared, every core is free */
    int n;  /* cores in total */
    int stale_ms;
    int held; /* number of the lock; 0: none */
    enum core_rank rank;
    int64_t beat_ms;   /* CLOCK_MONOTONIC, of our last heartbeat */
    int64_t waited_ms; /* for a spare core to come back, since core_take_spare() */
    struct {
        int64_t beat, since_ms;
    } seen[CORES_LOCKS]; /* the last heartbeats of others, and when we first saw them */
};

/* `path`: the file of locks, created if it does not exist; NULL: cores are not shared.  `n`: cores,
 * at most CORES_MAX count.  -ERR_IO names the file; cores are not shared then, and `*ret_core` can
 * be used and closed. */
int core_open(const char *path, int n, struct core *ret_core, struct error *err);
void core_close(struct core *core); /* releases the core */

/* Wait for a core.  False: `stop` was set, no core is held. */
bool core_acquire(struct core *core, enum core_rank rank, const atomic_bool *stop);

/* Take a core only if it is free and nobody waits for one.  It goes back as soon as somebody does:
 * core_yield().  False: there is none, or cores are not shared.  Never waits. */
bool core_take_spare(struct core *core);

/* Call it once a frame while a core is held: writes the heartbeat, and yields the core if the first
 * second of a video waits for one; a spare core, if anybody does.  Blocks then until a core is held
 * again.  False: `stop` was set, or no core was spare for CORES_SPARE_MS in all; no core is held.
 */
bool core_yield(struct core *core, const atomic_bool *stop);

void core_release(struct core *core); /* does nothing if none is held */
