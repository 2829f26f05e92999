/* encode.c - what viewers of jobs get, in the event-stream format. */
#include "hub/kind/encode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/events.h"
#include "sse/sse.h"

void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event)
{
    char id[JOB_EVENT_ID_MAX + 1];

    job_event_id_format(job_id, event->seq, id);
    sse_event(out, event->seq ? id : NULL, event->name, event->data, strlen(event->data));
}

char *hub_job_data(const struct job_kind *kind, const struct job *job)
{
    json_t *json = shape_json(&event_job, job->id, job_state_name(job->state), job->position,
        kind->subject_name, job->subject);
    json_t *metadata = kind_metadata(job->metadata);
    char *data;

    if (metadata)
        json_object_set_new(json, "metadata", metadata);
    data = mem_there(json_dumps(json, JSON_COMPACT));
    json_decref(json);
    return data;
}

void hub_encode_job(
    struct buf *out, const char *id, const struct job_kind *kind, const struct job *job)
{
    char *data = hub_job_data(kind, job);

    sse_event(out, id, event_job.name, data, strlen(data));
    free(data);
}

void hub_encode_progress(struct buf *out, const struct job *job)
{
    if (job->progress)
        sse_event(out, NULL, "progress", job->progress, strlen(job->progress));
}

/* --- joint streams --- */

static void encode_add_escaped(struct buf *out, char c)
{
    if ((unsigned char)c < 0x20)
        buf_format(out, "\\u%04x", (unsigned)c);
    else
        buf_format(out, "\\%c", c);
}

/* What needs no escape goes as one piece.  Bytes that are not UTF-8 stay: sse_event() replaces
 * them. */
static void encode_add_text(struct buf *out, const char *text)
{
    const char *from = text;

    buf_add_text(out, "\"");
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
            continue;
        buf_add(out, from, (size_t)(at - from));
        encode_add_escaped(out, *at);
        from = at + 1;
    }
    buf_add_text(out, from);
    buf_add_text(out, "\"");
}

/* The data of a named event should be JSON, but any kind may have written it. */
static bool encode_is_json(const char *data)
{
    json_t *json = json_loads(data, JSON_DECODE_ANY, NULL);

    json_decref(json);
    return json != NULL;
}

static void encode_joint(
    struct buf *out, const char *id, const char *name, const char *job_id, const char *data)
{
    struct buf json = {0};

    buf_format(&json, "{\"job\":\"%s\",\"data\":", job_id);
    if (name && encode_is_json(data))
        buf_add_text(&json, data);
    else
        encode_add_text(&json, data);
    buf_add_text(&json, "}");
    sse_event(out, id, name, json.data, json.len);
    buf_free(&json);
}

void hub_encode_joint_job(
    struct buf *out, const char *id, const struct job_kind *kind, const struct job *job)
{
    char *data = hub_job_data(kind, job);

    encode_joint(out, id, event_job.name, job->id, data);
    free(data);
}

void hub_encode_joint_event(struct buf *out, const struct job_cursor *seen, const char *job_id,
    const struct job_event *event)
{
    char id[JOB_CURSOR_TEXT_MAX + 1];

    job_cursor_format(seen, id);
    encode_joint(out, seen->seq ? id : NULL, event->name, job_id, event->data);
}

void hub_encode_joint_progress(struct buf *out, const struct job *job)
{
    if (job->progress)
        encode_joint(out, NULL, "progress", job->id, job->progress);
}

void hub_encode_joint_end(struct buf *out, size_t n)
{
    json_t *json = shape_json(&event_complete, (int)n);
    char *text = json_dumps(json, JSON_COMPACT);

    sse_event(out, NULL, event_complete.name, text, strlen(text));
    free(text);
    json_decref(json);
}
