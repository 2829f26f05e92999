#include "queue.h"

#include <stdlib.h>

#include "base/mem.h"

static struct queued *place_take(struct queue_pool *pool)
{
    struct queued *place = pool->spare;

    if (!place)
        return mem_new(struct queued);
    pool->spare = place->next;
    return place;
}

static void place_give(struct queue_pool *pool, struct queued *place)
{
    place->next = pool->spare;
    pool->spare = place;
}

void queue_pool_free(struct queue_pool *pool)
{
    while (pool->spare)
        free(place_take(pool));
}

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.tail = &queue->head};
}

void queue_add(struct queue *queue, struct queue_pool *pool, struct frame *frame)
{
    struct queued *place = place_take(pool);

    place->next = NULL;
    place->frame = frame_ref(frame);
    *queue->tail = place;
    queue->tail = &place->next;
    queue->n_waiting += (uint32_t)frame->len;
}

bool queue_replace_passing(struct queue *queue, struct frame *frame)
{
    struct queued *place = queue->head;

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

const char *queue_next(const struct queue *queue, size_t most, size_t *ret_len)
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

bool queue_taken(struct queue *queue, struct queue_pool *pool, size_t len, struct frame **ret_done)
{
    struct queued *place = queue->head;

    queue->head_sent += (uint32_t)len;
    queue->n_waiting -= (uint32_t)len;
    if (queue->head_sent < place->frame->len)
        return false;
    *ret_done = place->frame;
    queue->head_sent = 0;
    queue->head = place->next;
    if (!queue->head)
        queue->tail = &queue->head;
    place_give(pool, place);
    return true;
}

void queue_drop_unsent(struct queue *queue, struct queue_pool *pool)
{
    struct queued **from = queue->head_sent ? &queue->head->next : &queue->head;

    while (*from) {
        struct queued *place = *from;

        *from = place->next;
        queue->n_waiting -= (uint32_t)place->frame->len;
        frame_unref(place->frame);
        place_give(pool, place);
    }
    queue->tail = from;
}

void queue_clear(struct queue *queue, struct queue_pool *pool)
{
    queue->head_sent = 0;
    queue_drop_unsent(queue, pool);
    queue->n_waiting = 0;
}
