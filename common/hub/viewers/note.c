/* note.c - a tree of frames by job id. */
#include "hub/viewers/note.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "job/job.h"

struct note {
    char job_id[JOB_ID_LEN + 1]; /* first: the tree compares it */
    struct frame *frame;
};

static int note_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static struct note *note_find(const struct notes *notes, const char *job_id)
{
    void *node = tfind(job_id, &notes->tree, note_compare);

    return node ? *(struct note **)node : NULL;
}

static void note_free(void *item)
{
    struct note *note = item;

    frame_unref(note->frame);
    free(note);
}

void notes_keep(struct notes *notes, const char *job_id, struct frame *frame)
{
    struct note *note = note_find(notes, job_id);

    if (!note) {
        note = mem_new(struct note);
        strcpy(note->job_id, job_id);
        tsearch(note, &notes->tree, note_compare);
    }
    frame_unref(note->frame);
    note->frame = frame_ref(frame);
}

struct frame *notes_find(const struct notes *notes, const char *job_id)
{
    struct note *note = note_find(notes, job_id);

    return note ? note->frame : NULL;
}

void notes_forget(struct notes *notes, const char *job_id)
{
    struct note *note = note_find(notes, job_id);

    if (!note)
        return;
    tdelete(note, &notes->tree, note_compare);
    note_free(note);
}

void notes_clear(struct notes *notes)
{
    tdestroy(notes->tree, note_free);
    notes->tree = NULL;
}
