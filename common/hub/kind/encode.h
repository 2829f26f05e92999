/* encode.h - jobs and events as bytes of an event stream.  Any thread.
 *
 * A stream of one job sends each event as it is.  A joint stream, of several jobs, keeps its name,
 * and its data is {"job":"<id>","data":…}: JSON as it was, a message without a name as a text. */
#pragma once

#include "base/buf.h"
#include "hub/kind/kind.h"

/* The data of a `job` event, JSON, which the caller frees. */
char *hub_job_data(const struct job_kind *kind, const struct job *job);
/* The frame of a `job` event: id, state, position, subject.  `id`: its id: field; mostly NULL, so
 * that it moves nobody's Last-Event-ID. */
void hub_encode_job(
    struct buf *out, const char *id, const struct job_kind *kind, const struct job *job);
/* The frame of an event; with an id: field if it has a number in the journal. */
void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event);
/* The frame of the newest progress; adds nothing if the job has none. */
void hub_encode_progress(struct buf *out, const struct job *job);

/* The same for joint streams.  `seen`: what the client has seen with this event, its id: field. */
void hub_encode_joint_job(
    struct buf *out, const char *id, const struct job_kind *kind, const struct job *job);
void hub_encode_joint_event(struct buf *out, const struct job_cursor *seen, const char *job_id,
    const struct job_event *event);
void hub_encode_joint_progress(struct buf *out, const struct job *job);
/* The last frame of a joint stream: all its `n` jobs have ended. */
void hub_encode_joint_end(struct buf *out, size_t n);
