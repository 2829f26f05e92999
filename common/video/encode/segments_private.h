/* segments_private.h - what segments.c and sharing.c know of the segments of a video.  Functions
 * named _locked: the caller holds the lock. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "video/encode/segments.h"

enum { ENCODERS_MAX = 64 };

struct segments {
    /* fixed after start */
    struct segments_options options;
    struct film *film;
    int n, n_wanted; /* segments; encoders */
    int n_encoders;  /* that were started */
    int n_cores;
    int window;              /* segments that may be begun here ahead of the last that was taken */
    struct sharing *sharing; /* NULL: no other machine makes any */
    pthread_t threads[ENCODERS_MAX];

    /* atomic: set by the owner and by an encoder that fails, read by all */
    atomic_bool stop;
    /* atomic: added to by encoders and by the taking thread */
    atomic_int frames_done, frames_kept;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a segment is done, or taken, or asked for, or `stop` is set */
    /* under lock */
    struct segment **done; /* by number; NULL: not done, or taken */
    bool *is_begun;        /* by number: an encoder here has begun it */
    int n_held;            /* begun here and not taken */
    int next;              /* no segment before it is still to be begun; may be begun itself */
    int wanted;            /* to be begun before all others; -1: none */
    int taken;
    int rc;           /* of the first encoder that failed, or 0 */
    struct error err; /* with `rc` */
};

enum { SEGMENT_NONE = -1, SEGMENT_WAIT = -2 };

/* --- sharing.c --- */

/* The sharing of these segments; NULL: there is nothing to share. */
struct sharing *sharing_new(struct segments *all);
void sharing_free(struct sharing *sharing); /* takes NULL; once no other thread uses it */

/* Tells the other machines what there is to make. */
void sharing_open(struct segments *all);

/* Which segment an encoder makes next, where `next` is the first that was not begun here.  Unlocks
 * while it claims one.  SEGMENT_WAIT: look again after a change. */
int sharing_choose_locked(struct segments *all, int next);

/* An encoder has encoded `n_frames` in `ms`: shows what is late. */
void sharing_measure_locked(struct sharing *sharing, int n_frames, int64_t ms);

/* The taking thread: looks what other machines have made, and takes the next segment from there if
 * it is theirs.  Negative: as an encoder's error. */
int sharing_turn(struct segments *all, struct error *err);

/* How long the taking thread may wait until it looks again. */
int sharing_wait_ms(struct segments *all, int wait_ms);

int sharing_machines(const struct sharing *sharing); /* any thread */
