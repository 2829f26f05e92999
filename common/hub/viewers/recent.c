/* recent.c - a ring of events. */
#include "hub/viewers/recent.h"

#include <string.h>

void recents_add(struct recents *recents, struct frame_pair *event)
{
    struct frame_pair **place = &recents->ring[recents->n++ % RECENT_MAX];

    if (*place)
        recents->kept_after = frame_pair_at(*place)->position;
    frame_pair_free(*place);
    *place = event;
}

static void recent_deliver(
    struct frame_pair *event, struct watch *const watches[], const char *const job_ids[], size_t n)
{
    const struct job_cursor *at = frame_pair_at(event);
    size_t i = 0;

    while (i < n && strcmp(job_ids[i], at->job_id) != 0)
        i++;
    if (i == n || !watches[i]->channel)
        return;
    watches[i]->after = at->position;
    watches[i]->deliver(watches[i], frame_pair_get(event, watches[i]->is_joint), at);
}

void recents_deliver(const struct recents *recents, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after)
{
    uint64_t oldest = recents->n > RECENT_MAX ? recents->n - RECENT_MAX : 0;

    for (uint64_t i = oldest; i < recents->n; i++)
        if (frame_pair_at(recents->ring[i % RECENT_MAX])->position > after)
            recent_deliver(recents->ring[i % RECENT_MAX], watches, job_ids, n);
}

void recents_clear(struct recents *recents)
{
    for (int i = 0; i < RECENT_MAX; i++) {
        frame_pair_free(recents->ring[i]);
        recents->ring[i] = NULL;
    }
    recents->n = 0;
}
