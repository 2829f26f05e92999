/* frame_queue.h - the frames that wait to be written to one stream.  Loop thread.
 *
 *      head ──▶ frame ──▶ frame ──▶ frame      tail: where the next one is linked
 *               ███░░                          head_sent: bytes of the first that are written
 *
 * A half-written first frame is never dropped or replaced: the viewer would get a cut event. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/frame.h"

struct queued_frame {
    struct queued_frame *next;
    struct frame *frame;
};

/* Spare entries for the queues of all streams: a turn fills thousands, and so does the next. */
struct frame_pool {
    struct queued_frame *spare;
};

struct frame_queue {
    struct queued_frame *head, **tail;
    uint32_t head_sent, n_waiting; /* bytes; n_waiting: of all frames, without what was sent */
};

/* Every queue is empty. */
void frame_pool_free(struct frame_pool *pool);

void frame_queue_init(struct frame_queue *queue);

/* Takes a reference of its own. */
void frame_queue_add(struct frame_queue *queue, struct frame_pool *pool, struct frame *frame);

/* Puts `frame` (takes a reference) in place of the passing frame of the same number that waits,
 * whose progress note it makes out of date.  False: none waits, and nothing was done. */
bool frame_queue_replace_passing(struct frame_queue *queue, struct frame *frame);

/* The next bytes to write, at most `most`; they stay valid until frame_queue_taken().  NULL: the
 * queue is empty. */
const char *frame_queue_next(const struct frame_queue *queue, size_t most, size_t *ret_len);

/* `len` of those bytes were written.  True: they were the last of a frame, and its reference is
 * passed on in `*ret_done`. */
bool frame_queue_taken(
    struct frame_queue *queue, struct frame_pool *pool, size_t len, struct frame **ret_done);

/* Drops every frame but a half-written one. */
void frame_queue_drop_unsent(struct frame_queue *queue, struct frame_pool *pool);

/* Empties the queue, a half-written frame included: nothing more is written from it. */
void frame_queue_clear(struct frame_queue *queue, struct frame_pool *pool);
