/* frame.c - see frame.h. */
#include "loop/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct frame *frame_new(const struct buf *bytes, uint64_t passing)
{
    struct frame *frame = mem_zero(1, sizeof *frame + bytes->len);

    frame->n_refs = 1;
    frame->posted_ns = clock_monotonic_ns();
    frame->passing = passing;
    frame->len = bytes->len;
    if (bytes->len)
        memcpy(frame->bytes, bytes->data, bytes->len);
    return frame;
}

struct frame *frame_ref(struct frame *frame)
{
    frame->n_refs++;
    return frame;
}

void frame_unref(struct frame *frame)
{
    if (frame && --frame->n_refs == 0)
        free(frame);
}
