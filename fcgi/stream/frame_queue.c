#include "stream/frame_queue.h"

#include <stdlib.h>

#include "base/mem.h"

static struct queued_frame *frame_pool_take(struct frame_pool *pool)
{
    struct queued_frame *place = pool->spare;

    if (!place)
        return mem_new(struct queued_frame);
    pool->spare = place->next;
    return place;
}

static void frame_pool_give(struct frame_pool *pool, struct queued_frame *place)
{
    place->next = pool->spare;
    pool->spare = place;
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
    struct queued_frame *place = frame_pool_take(pool);

    place->next = NULL;
    place->frame = frame_ref(frame);
    *queue->tail = place;
    queue->tail = &place->next;
    queue->n_waiting += (uint32_t)frame->len;
}

bool frame_queue_replace_passing(struct frame_queue *queue, struct frame *frame)
{
    struct queued_frame *place = queue->head;

    if (place && queue->head_sent)
        place = place->next;
    while (place && !place->frame->is_passing)
        place = place->next;
    if (!place)
        return false;
    queue->n_waiting += (uint32_t)frame->len - (uint32_t)place->frame->len;
    frame_unref(place->frame);
    place->frame = frame_ref(frame);
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
    struct queued_frame *place = queue->head;

    queue->head_sent += (uint32_t)len;
    queue->n_waiting -= (uint32_t)len;
    if (queue->head_sent < place->frame->len)
        return false;
    *ret_done = place->frame;
    queue->head_sent = 0;
    queue->head = place->next;
    if (!queue->head)
        queue->tail = &queue->head;
    frame_pool_give(pool, place);
    return true;
}

void frame_queue_drop_unsent(struct frame_queue *queue, struct frame_pool *pool)
{
    struct queued_frame **from = queue->head_sent ? &queue->head->next : &queue->head;

    while (*from) {
        struct queued_frame *place = *from;

        *from = place->next;
        queue->n_waiting -= (uint32_t)place->frame->len;
        frame_unref(place->frame);
        frame_pool_give(pool, place);
    }
    queue->tail = from;
}

void frame_queue_clear(struct frame_queue *queue, struct frame_pool *pool)
{
    queue->head_sent = 0;
    frame_queue_drop_unsent(queue, pool);
    queue->n_waiting = 0;
}
