/* frame_queue.h - the frames that wait to be written to one stream.  Loop thread.
 *
 * The first may be half written.  It is never dropped or replaced: its event would reach the page
 * cut short. */
#pragma once

#include <stdint.h>

#include "loop/frame.h"

struct queued_frame {
    struct queued_frame *next;
    struct frame *frame;
};

/* Places of all queues, kept for reuse: a turn fills thousands, and the next one again. */
struct frame_pool {
    struct queued_frame *spare;
};

struct frame_queue {
    struct queued_frame *head, **tail;
    uint32_t head_sent, n_waiting; /* bytes: sent of the first frame; of all that waits */
};

void frame_pool_free(struct frame_pool *pool);

void frame_queue_init(struct frame_queue *queue);
void frame_queue_add(struct frame_queue *queue, struct frame_pool *pool,
    struct frame *frame); /* takes a reference */

/* A progress note that still waits is out of date when the next one comes: `frame` takes its place.
 * False if none waits. */
bool frame_queue_replace_passing(struct frame_queue *queue, struct frame *frame);

/* The next bytes to write, at most `most`; NULL if nothing waits.  Then say how many of them were
 * taken; true: that was the end of a frame, which is returned in `*ret_done` for the caller to
 * unref. */
const char *frame_queue_next(const struct frame_queue *queue, size_t most, size_t *ret_len);
bool frame_queue_taken(
    struct frame_queue *queue, struct frame_pool *pool, size_t len, struct frame **ret_done);

void frame_queue_drop_unsent(
    struct frame_queue *queue, struct frame_pool *pool); /* all but a half-written one */
void frame_queue_clear(struct frame_queue *queue, struct frame_pool *pool);
