/* help.h - makes segments of a video that another machine makes, with this machine's spare cores.
 */
#pragma once

#include "video/film/film.h"

struct help {               /* all that is pointed to outlives the call */
    const char *cores_file; /* cores.h */
    int n_cores;
    int ms;                  /* it returns when no core was spare for so long */
    const atomic_bool *stop; /* a segment that was begun is given up */

    /* Called on several threads.  Claims a segment; PARTS_E_NONE: none is left, or no more is to be
     * made. */
    int (*claim)(void *ctx, int *ret_number, struct error *err);
    /* The segment is a cache entry with this key.  NULL: it is not made here. */
    void (*made)(void *ctx, int number, const char *key);
    void *ctx;
};

/* Returns once none is left to claim, no core was spare for `ms`, or `stop`.  A segment is claimed
 * only once a core is free for which nobody waits.  Who waits later gets the core within a frame;
 * if that takes long, the segment is given back: made() with NULL.  Errors as segment_maker_make(),
 * or those of `claim`. */
int help_make(struct film *film, const struct help *help, struct error *err);
