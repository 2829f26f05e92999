/* frame_queue.c - see frame_queue.h. */
#include "stream/frame_queue.h"

#include <stdlib.h>

#include "base/mem.h"

static struct queued_frame *frame_pool_take(struct frame_pool *pool)
{
    struct queued_frame *entry = pool->spare;

    if (!entry)
        return mem_new(struct queued_frame);
    pool->spare = entry->next;
    return entry;
}

static void frame_pool_give(struct frame_pool *pool, struct queued_frame *entry)
{
    entry->next = pool->spare;
    pool->spare = entry;
}

void frame_pool_free(struct frame_pool *pool)
{
    while (pool->spare)
        free(frame_pool_take(pool));
}

void frame_queue_init(struct frame_queue *queue)
{
    *queue = (struct frame_queue){.tail = &queue->head};
}

void frame_queue_add(struct frame_queue *queue, struct frame_pool *pool, struct frame *frame)
{
    struct queued_frame *entry = frame_pool_take(pool);

    entry->next = NULL;
    entry->frame = frame_ref(frame);
    *queue->tail = entry;
    queue->tail = &entry->next;
    queue->n_waiting += (uint32_t)frame->len;
}

bool frame_queue_replace_passing(struct frame_queue *queue, struct frame *frame)
{
    struct queued_frame *entry = queue->head;

    if (entry && queue->head_sent)
        entry = entry->next;
    while (entry && entry->frame->passing != frame->passing)
        entry = entry->next;
    if (!entry)
        return false;
    queue->n_waiting += (uint32_t)frame->len - (uint32_t)entry->frame->len;
    frame_unref(entry->frame);
    entry->frame = frame_ref(frame);
    return true;
}

const char *frame_queue_next(const struct frame_queue *queue, size_t most, size_t *ret_len)
{
    const struct frame *frame;
    size_t len;

    if (!queue->head)
        return NULL;
    frame = queue->head->frame;
    len = frame->len - queue->head_sent;
    *ret_len = len < most ? len : most;
    return frame->bytes + queue->head_sent;
}

bool frame_queue_taken(
    struct frame_queue *queue, struct frame_pool *pool, size_t len, struct frame **ret_done)
{
    struct queued_frame *entry = queue->head;

    queue->head_sent += (uint32_t)len;
    queue->n_waiting -= (uint32_t)len;
    if (queue->head_sent < entry->frame->len)
        return false;
    *ret_done = entry->frame;
    queue->head_sent = 0;
    queue->head = entry->next;
    if (!queue->head)
        queue->tail = &queue->head;
    frame_pool_give(pool, entry);
    return true;
}

void frame_queue_drop_unsent(struct frame_queue *queue, struct frame_pool *pool)
{
    struct queued_frame **from = queue->head_sent ? &queue->head->next : &queue->head;

    while (*from) {
        struct queued_frame *entry = *from;

        *from = entry->next;
        queue->n_waiting -= (uint32_t)entry->frame->len;
        frame_unref(entry->frame);
        frame_pool_give(pool, entry);
    }
    queue->tail = from;
}

void frame_queue_clear(struct frame_queue *queue, struct frame_pool *pool)
{
    queue->head_sent = 0;
    frame_queue_drop_unsent(queue, pool);
    queue->n_waiting = 0;
}
