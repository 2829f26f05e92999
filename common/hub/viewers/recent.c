/* recent.c - a ring of frames. */
#include "hub/viewers/recent.h"

#include <string.h>

void recents_add(struct recents *recents, uint64_t position, const char *job_id,
    struct frame *frame, bool is_last)
{
    struct recent *recent = &recents->ring[recents->n++ % RECENT_MAX];

    if (recent->frame) {
        recents->kept_after = recent->position;
        frame_unref(recent->frame);
    }
    recent->position = position;
    strcpy(recent->job_id, job_id);
    recent->frame = frame;
    recent->is_last = is_last;
}

void recents_deliver(const struct recents *recents, struct watch *watch, const char *job_id)
{
    uint64_t oldest = recents->n > RECENT_MAX ? recents->n - RECENT_MAX : 0;

    for (uint64_t i = oldest; i < recents->n && watch->channel; i++) {
        const struct recent *recent = &recents->ring[i % RECENT_MAX];

        if (recent->position <= watch->after || strcmp(recent->job_id, job_id) != 0)
            continue;
        watch->after = recent->position;
        watch->deliver(watch, recent->frame, recent->is_last);
    }
}

void recents_clear(struct recents *recents)
{
    for (int i = 0; i < RECENT_MAX; i++) {
        frame_unref(recents->ring[i].frame);
        recents->ring[i] = (struct recent){0};
    }
    recents->n = 0;
}
