/* seen.c - a tree of what is known of each live job. */
#include "hub/clerk/seen.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static int seen_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

struct seen *seen_of(struct seen_jobs *jobs, const char *id)
{
    void *node = tfind(id, &jobs->tree, seen_compare);
    struct seen *seen;

    if (node)
        return *(struct seen **)node;
    seen = mem_new(struct seen);
    strcpy(seen->id, id);
    seen->state = JOB_QUEUED;
    seen->position = -1;
    seen->watched_ms = clock_monotonic_ms();
    tsearch(seen, &jobs->tree, seen_compare);
    return seen;
}

static void seen_free(void *item)
{
    struct seen *seen = item;

    free(seen->progress);
    free(seen);
}

void seen_clear(struct seen_jobs *jobs)
{
    tdestroy(jobs->tree, seen_free);
    jobs->tree = NULL;
}

/* twalk_r() must not change the tree: what is wanted is gathered first. */
struct seen_list {
    struct seen **items;
    size_t n;
    int64_t before_ms;
};

static void seen_list_add(struct seen_list *list, struct seen *seen)
{
    list->items = mem_grow(list->items, list->n + 1, sizeof *list->items);
    list->items[list->n++] = seen;
}

static void seen_gather_ended(const void *node, VISIT visit, void *ctx)
{
    struct seen *seen = *(struct seen *const *)node;

    if (visit != postorder && visit != leaf)
        return;
    if (!seen->is_live)
        seen_list_add(ctx, seen);
    seen->is_live = false;
}

/* tdelete() frees nothing but its own node. */
void seen_end_pass(struct seen_jobs *jobs)
{
    struct seen_list ended = {0};

    twalk_r(jobs->tree, seen_gather_ended, &ended);
    for (size_t i = 0; i < ended.n; i++) {
        tdelete(ended.items[i], &jobs->tree, seen_compare);
        seen_free(ended.items[i]);
    }
    free(ended.items);
}

static void seen_gather_unwatched(const void *node, VISIT visit, void *ctx)
{
    struct seen *seen = *(struct seen *const *)node;
    struct seen_list *list = ctx;

    if (visit != postorder && visit != leaf)
        return;
    if (seen->kind && !seen->cancel_wanted && seen->n_watched && seen->watched_ms < list->before_ms)
        seen_list_add(list, seen);
}

struct seen **seen_unwatched(const struct seen_jobs *jobs, int64_t before_ms, size_t *ret_n)
{
    struct seen_list list = {.before_ms = before_ms};

    twalk_r(jobs->tree, seen_gather_unwatched, &list);
    *ret_n = list.n;
    return list.items;
}
