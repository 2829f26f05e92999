/* encode.h - jobs and events as bytes of an event stream.  Any thread. */
#pragma once

#include "base/buf.h"
#include "hub/kind/kind.h"

/* The frame of a `job` event: id, state, position, subject.  It has no id: field, so it moves
 * nobody's Last-Event-ID. */
void hub_encode_job(struct buf *out, const struct job_kind *kind, const struct job *job);
/* The frame of a journaled event, with its id: field. */
void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event);
/* The frame of the newest progress; adds nothing if the job has none. */
void hub_encode_progress(struct buf *out, const struct job *job);
