/* note.h - the newest `job` event of each live job: its state and its place in the queue.  Loop
 * thread.
 *
 * A note is delivered to the watches of that moment and is no part of the journal.  A viewer whose
 * replay is older than the note and whose watch is younger would miss it: so the note is kept until
 * the job's last event. */
#pragma once

#include "base/map.h"
#include "hub/viewers/frame_pair.h"

/* Zeroed: empty. */
struct notes {
    struct map by_job; /* of struct frame_pair */
};

/* Takes the note over; it replaces the job's older one. */
void notes_keep(struct notes *notes, struct frame_pair *note);
struct frame_pair *notes_find(const struct notes *notes, const char *job_id); /* NULL: none */
void notes_forget(struct notes *notes, const char *job_id);
void notes_clear(struct notes *notes);
