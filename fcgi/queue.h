/* queue.h - the frames that wait to be written to one stream.  Loop thread.
 *
 * The first may be half written.  It is never dropped or replaced: its event would reach the page
 * cut short. */
#pragma once

#include <stdint.h>

#include "hub/frame.h"

struct queued {
    struct queued *next;
    struct frame *frame;
};

/* Places of all queues, kept for reuse: a turn fills thousands, and the next one again. */
struct queue_pool {
    struct queued *spare;
};

struct queue {
    struct queued *head, **tail;
    uint32_t head_sent, n_waiting; /* bytes: sent of the first frame; of all that waits */
};

void queue_pool_free(struct queue_pool *pool);

void queue_init(struct queue *queue);
void queue_add(
    struct queue *queue, struct queue_pool *pool, struct frame *frame); /* takes a reference */

/* A progress note that still waits is out of date when the next one comes: `frame` takes its place.
 * False if none waits. */
bool queue_replace_passing(struct queue *queue, struct frame *frame);

/* The next bytes to write, at most `most`; NULL if nothing waits.  Then say how many of them were
 * taken; true: that was the end of a frame, which is returned in `*ret_done` for the caller to
 * unref. */
const char *queue_next(const struct queue *queue, size_t most, size_t *ret_len);
bool queue_taken(struct queue *queue, struct queue_pool *pool, size_t len, struct frame **ret_done);

void queue_drop_unsent(
    struct queue *queue, struct queue_pool *pool); /* all but a half-written one */
void queue_clear(struct queue *queue, struct queue_pool *pool);
