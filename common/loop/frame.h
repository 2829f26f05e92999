/* frame.h - bytes of an event stream, encoded once and shared by every stream that sends them.
 *
 * Made on any thread and then moved to the loop; from there on the loop's thread alone counts
 * references. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct frame {
    unsigned n_refs;   /* loop only, once it was handed over */
    bool is_passing;   /* progress: one that still waits is replaced by the next */
    int64_t posted_ns; /* CLOCK_MONOTONIC when it was made: how long delivery takes is counted from
                          here */
    size_t len;
    char bytes[];
};

struct frame *frame_new(
    const struct buf *bytes, bool is_passing); /* copies; one reference, the caller's */
struct frame *frame_ref(struct frame *frame);
void frame_unref(struct frame *frame); /* takes NULL */
