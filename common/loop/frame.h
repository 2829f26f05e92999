/* frame.h - bytes of an event stream, encoded once and shared by every stream that sends them.
 *
 * Made on any thread and then moved to the loop; from then on only the loop's thread counts
 * references. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct frame {
    unsigned n_refs;   /* loop only, once it was moved there */
    uint64_t passing;  /* progress: the next one of the same number replaces it while it waits; 0:
                          none */
    int64_t posted_ns; /* CLOCK_MONOTONIC when it was made: how long delivery takes is counted from
                          here */
    size_t len;
    char bytes[];
};

/* Copies the bytes; the caller owns the one reference.  Any thread. */
struct frame *frame_new(const struct buf *bytes, uint64_t passing);
struct frame *frame_ref(struct frame *frame); /* returns `frame`, with one reference more */
void frame_unref(struct frame *frame);        /* frees it with its last reference; takes NULL */
