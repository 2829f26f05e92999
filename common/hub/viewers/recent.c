/* recent.c - a ring of frames. */
#include "hub/viewers/recent.h"

#include <string.h>

void recents_add(struct recents *recents, uint64_t position, const char *job_id,
    struct frame_pair frames, bool is_last)
{
    struct recent *recent = &recents->ring[recents->n++ % RECENT_MAX];

    if (recent->frames.single) {
        recents->kept_after = recent->position;
        frame_pair_unref(&recent->frames);
    }
    recent->position = position;
    strcpy(recent->job_id, job_id);
    recent->frames = frames;
    recent->is_last = is_last;
}

static void recent_deliver(const struct recent *recent, struct watch *const watches[],
    const char *const job_ids[], size_t n)
{
    size_t i = 0;

    while (i < n && strcmp(job_ids[i], recent->job_id) != 0)
        i++;
    if (i == n || !watches[i]->channel)
        return;
    watches[i]->after = recent->position;
    watches[i]->deliver(watches[i], watch_frame(watches[i], &recent->frames), recent->is_last);
}

void recents_deliver(const struct recents *recents, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after)
{
    uint64_t oldest = recents->n > RECENT_MAX ? recents->n - RECENT_MAX : 0;

    for (uint64_t i = oldest; i < recents->n; i++)
        if (recents->ring[i % RECENT_MAX].position > after)
            recent_deliver(&recents->ring[i % RECENT_MAX], watches, job_ids, n);
}

void recents_clear(struct recents *recents)
{
    for (int i = 0; i < RECENT_MAX; i++) {
        frame_pair_unref(&recents->ring[i].frames);
        recents->ring[i] = (struct recent){0};
    }
    recents->n = 0;
}
