/* note.c - see note.h. */
#include "hub/viewers/note.h"

#include <stdlib.h>

#include "base/mem.h"

static void note_free(void *item)
{
    if (item)
        frame_pair_unref(item);
    free(item);
}

void notes_keep(struct notes *notes, const char *job_id, const struct frame_pair *frames)
{
    struct frame_pair *kept = mem_new(struct frame_pair);

    kept->single = frame_ref(frames->single);
    kept->joint = frame_ref(frames->joint);
    note_free(map_remove(&notes->by_job, job_id));
    map_put(&notes->by_job, job_id, kept);
}

struct frame_pair *notes_find(const struct notes *notes, const char *job_id)
{
    return map_get(&notes->by_job, job_id);
}

void notes_forget(struct notes *notes, const char *job_id)
{
    note_free(map_remove(&notes->by_job, job_id));
}

void notes_clear(struct notes *notes)
{
    map_clear(&notes->by_job, note_free);
}
