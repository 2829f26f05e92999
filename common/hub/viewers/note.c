/* note.c - see note.h. */
#include "hub/viewers/note.h"

static void note_free(void *item)
{
    frame_pair_free(item);
}

void notes_keep(struct notes *notes, struct frame_pair *note)
{
    const char *job_id = frame_pair_at(note)->job_id;

    notes_forget(notes, job_id);
    map_put(&notes->by_job, job_id, note);
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
