/* job_json.c - see job_json.h. */
#include "route/job_json.h"

#include <stdlib.h>

#include "base/mem.h"

static json_t *job_json_parsed(const char *text)
{
    json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return json ? json : json_null();
}

static json_t *job_json_time(int64_t ms)
{
    return ms ? json_integer(ms) : json_null();
}

json_t *job_json(const char *prefix, const struct job_kind *kind, const struct job *job)
{
    char *events = mem_format("%s/api/jobs/%s/events", prefix, job->id);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, s:o?, s:s}",
            "id", job->id, "kind", job->kind, kind ? kind->subject_name : "subject", job->subject,
            "state", job_state_name(job->state), "priority", job->priority, "position",
            job->position, "createdMs", job_json_time(job->created_ms), "startedMs",
            job_json_time(job->started_ms), "endedMs", job_json_time(job->ended_ms), "progress",
            job_json_parsed(job->progress), "result", job_json_parsed(job->result), "error",
            job->error, "traceparent", *job->traceparent ? job->traceparent : NULL, "metadata",
            kind_metadata(job->metadata), "events", events);

    free(events);
    return json;
}
