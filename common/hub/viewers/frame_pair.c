/* frame_pair.c - see frame_pair.h. */
#include "hub/viewers/frame_pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hub/kind/encode.h"

struct frame_pair {
    /* fixed */
    struct job_cursor at;
    struct job_event event; /* its texts are this pair's */
    bool is_passing;
    int64_t posted_ns; /* as in frame.h */

    /* loop only; NULL: no watch has needed it yet */
    struct frame *single, *joint;

    char texts[]; /* data, and name behind it */
};

struct frame_pair *frame_pair_new(
    const struct job_cursor *at, const struct job_event *event, bool is_passing)
{
    size_t data_size = strlen(event->data) + 1;
    size_t name_size = event->name ? strlen(event->name) + 1 : 0;
    struct frame_pair *pair = mem_zero(1, sizeof *pair + data_size + name_size);

    pair->at = *at;
    pair->at.is_over = event->is_final;
    pair->event = (struct job_event){.seq = event->seq, .data = pair->texts};
    memcpy(pair->texts, event->data, data_size);
    if (name_size)
        pair->event.name = memcpy(pair->texts + data_size, event->name, name_size);
    pair->is_passing = is_passing;
    pair->posted_ns = clock_monotonic_ns();
    return pair;
}

void frame_pair_free(struct frame_pair *pair)
{
    if (!pair)
        return;
    frame_unref(pair->single);
    frame_unref(pair->joint);
    free(pair);
}

const struct job_cursor *frame_pair_at(const struct frame_pair *pair)
{
    return &pair->at;
}

bool frame_pair_is_passing(const struct frame_pair *pair)
{
    return pair->is_passing;
}

/* In a joint stream the progress of one job does not replace that of another: an id is random from
 * its first byte on. */
static struct frame *frame_pair_make(const struct frame_pair *pair, bool is_joint)
{
    struct buf bytes = {0};
    struct frame *frame;
    uint64_t passing = 0;

    if (is_joint)
        hub_encode_joint_event(&bytes, &pair->at, pair->at.job_id, &pair->event);
    else
        hub_encode_event(&bytes, pair->at.job_id, &pair->event);
    if (pair->is_passing)
        memcpy(&passing, pair->at.job_id, sizeof passing);
    frame = frame_new(&bytes, passing);
    frame->posted_ns = pair->posted_ns;
    buf_free(&bytes);
    return frame;
}

struct frame *frame_pair_get(struct frame_pair *pair, bool is_joint)
{
    struct frame **frame = is_joint ? &pair->joint : &pair->single;

    if (!*frame)
        *frame = frame_pair_make(pair, is_joint);
    return *frame;
}
