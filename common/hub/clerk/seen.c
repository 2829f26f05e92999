/* seen.c - see seen.h. */
#include "hub/clerk/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct seen *seen_of(struct seen_jobs *jobs, const char *id)
{
    struct seen *seen = map_get(&jobs->by_id, id);

    if (seen)
        return seen;
    seen = mem_new(struct seen);
    strcpy(seen->id, id);
    seen->state = JOB_QUEUED;
    seen->position = -1;
    seen->watched_ms = seen->said_ms = clock_monotonic_ms();
    map_put(&jobs->by_id, id, seen);
    return seen;
}

static void seen_free(void *item)
{
    struct seen *seen = item;

    free(seen->progress);
    free(seen->metadata);
    free(seen);
}

void seen_clear(struct seen_jobs *jobs)
{
    map_clear(&jobs->by_id, seen_free);
}

/* map_each() must not change the map: the jobs are gathered first. */
struct seen_list {
    struct seen **items;
    size_t n;
    int64_t at_ms, since_ms;
};

static void seen_list_add(struct seen_list *list, struct seen *seen)
{
    list->items = mem_grow(list->items, list->n + 1, sizeof *list->items);
    list->items[list->n++] = seen;
}

static void seen_gather_ended(void *ctx, void *item)
{
    struct seen *seen = item;

    if (!seen->is_live)
        seen_list_add(ctx, seen);
    seen->is_live = false;
}

void seen_end_pass(struct seen_jobs *jobs)
{
    struct seen_list ended = {0};

    map_each(&jobs->by_id, seen_gather_ended, &ended);
    for (size_t i = 0; i < ended.n; i++) {
        map_remove(&jobs->by_id, ended.items[i]->id);
        seen_free(ended.items[i]);
    }
    free(ended.items);
}

static void seen_gather_unwatched(void *ctx, void *item)
{
    struct seen_list *list = ctx;
    struct seen *seen = item;

    if (seen->kind && !seen->cancel_wanted && seen->watched_stamp && seen->watched_ms < list->at_ms)
        seen_list_add(list, seen);
}

struct seen **seen_unwatched(const struct seen_jobs *jobs, int64_t before_ms, size_t *ret_n)
{
    struct seen_list list = {.at_ms = before_ms};

    map_each(&jobs->by_id, seen_gather_unwatched, &list);
    *ret_n = list.n;
    return list.items;
}

static void seen_gather_silent(void *ctx, void *item)
{
    struct seen_list *list = ctx;
    struct seen *seen = item;
    int64_t since_ms = seen->said_ms > list->since_ms ? seen->said_ms : list->since_ms;

    if (seen_is_published(seen) && !seen->cancel_wanted &&
        list->at_ms - since_ms > seen->kind->quiet_ms)
        seen_list_add(list, seen);
}

struct seen **seen_silent(
    const struct seen_jobs *jobs, int64_t now_ms, int64_t since_ms, size_t *ret_n)
{
    struct seen_list list = {.at_ms = now_ms, .since_ms = since_ms};

    map_each(&jobs->by_id, seen_gather_silent, &list);
    *ret_n = list.n;
    return list.items;
}
