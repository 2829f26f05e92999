/* encode.c - what viewers of a job get, in the event-stream format. */
#include "hub/kind/encode.h"

#include <string.h>

#include "sse/sse.h"

void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event)
{
    char id[JOB_EVENT_ID_MAX + 1];

    job_event_id_format(job_id, event->seq, id);
    sse_event(out, id, event->name, event->data, strlen(event->data));
}

/* An id, a state and a subject are plain ASCII names: none of their characters needs escaping in
 * JSON. */
void hub_encode_job(struct buf *out, const struct job_kind *kind, const struct job *job)
{
    struct buf json = {0};

    buf_format(&json, "{\"id\":\"%s\",\"state\":\"%s\",\"position\":%d,\"%s\":\"%s\"}", job->id,
        job_state_name(job->state), job->position, kind->subject_name, job->subject);
    sse_event(out, NULL, "job", json.data, json.len);
    buf_free(&json);
}

void hub_encode_progress(struct buf *out, const struct job *job)
{
    if (job->progress)
        sse_event(out, NULL, "progress", job->progress, strlen(job->progress));
}
