/* frame_pair.h - an event or a note of a job, and its frames: for the streams of the job alone, and
 * for joint streams (encode.h).  Made on any thread and then moved to the loop.
 *
 * Each frame is made when the first watch needs it: most processes have no viewers of most jobs. */
#pragma once

#include "job/job.h"
#include "loop/frame.h"

struct frame_pair;

/* Copies the arguments.  `at`: the event's place; a note has seq and position 0.  `is_passing`: the
 * job's next note of that kind replaces it while it waits. */
struct frame_pair *frame_pair_new(
    const struct job_cursor *at, const struct job_event *event, bool is_passing);
void frame_pair_free(struct frame_pair *pair); /* takes NULL */

const struct job_cursor *frame_pair_at(const struct frame_pair *pair); /* is_over: the last event */
bool frame_pair_is_passing(const struct frame_pair *pair);

/* The pair keeps its reference.  Loop thread. */
struct frame *frame_pair_get(struct frame_pair *pair, bool is_joint);
