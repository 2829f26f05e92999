/* parts.h - what other machines may make of a video, as video_create() asks for it.  Its parts are
 * its segments: part 3 is the segment 3 of its timeline. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* From this and the case another machine plans the same timeline. */
struct video_plan {
    int n_scenes;
    const int64_t *sounds; /* samples of each scene's sound */
    int first, n;          /* the parts first … n - 1 may be made elsewhere */
    const int *sizes;      /* n, in any unit; of no use to video_help() */
};

/* A part that another process has claimed, or that was made before this run. */
struct video_part {
    int number;
    const char *machine;  /* "": this one */
    const char *key;      /* of its cache entry; NULL: it is not made yet */
    int64_t claimed_ms;   /* so long ago */
    bool is_claimer_gone; /* or silent; the part may be claimed again */
};

/* What became of a part that was left to another machine. */
enum video_part_fate {
    PART_BY_OTHERS, /* taken from there */
    PART_TWICE,     /* it was late, and was made here, too */
    PART_REFUSED,   /* it has another key there, or its cache entry is gone: made here */
    N_PART_FATES
};

enum { PARTS_E_NONE = 1 };

/* Called on threads of video_create(), several at a time.  Each may block for as long as a database
 * does; after an error the video goes on alone for a while. */
struct video_parts {
    void *ctx;
    /* Called once before the others, and again after an error.  `plan` is valid until it returns.
     */
    int (*open)(void *ctx, const struct video_plan *plan, struct error *err);
    /* Claims the first part that nobody has claimed.  PARTS_E_NONE: there is none. */
    int (*claim)(void *ctx, int *ret_number, struct error *err);
    /* Calls `each` for the parts from `from` on that other processes have claimed or made. */
    int (*read)(void *ctx, int from, void (*each)(void *each_ctx, const struct video_part *part),
        void *each_ctx, struct error *err);
    void (*count)(void *ctx, enum video_part_fate fate);
};
