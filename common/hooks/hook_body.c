/* hook_body.c - see hook_body.h. */
#include "hooks/hook_body.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

void hook_message_id(const struct hook_due *due, char ret_id[static HOOK_MESSAGE_ID_MAX])
{
    snprintf(ret_id, HOOK_MESSAGE_ID_MAX, "msg_%s_%" PRIu64, due->id, due->seq);
}

static json_t *hook_body_time(int64_t ms)
{
    time_t seconds = ms / 1000;
    struct tm utc;
    char text[32];

    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

/* JSON as it is, anything else as a text. */
static json_t *hook_body_value(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    return json ? json : json_string(text);
}

static void hook_body_add_end(json_t *data, const struct job *job)
{
    json_object_set_new(data, "state", json_string(job_state_name(job->state)));
    if (job->result)
        json_object_set_new(data, "result", hook_body_value(job->result));
    if (job->error)
        json_object_set_new(data, "error", json_string(job->error));
}

static json_t *hook_body_data(const struct hook_due *due, const struct job *job)
{
    json_t *data = mem_there(json_object());

    json_object_set_new(data, "job", json_string(job->id));
    json_object_set_new(data, "kind", json_string(job->kind));
    json_object_set_new(data, "subject", json_string(job->subject));
    json_object_set_new(data, "event", json_string(due->name ? due->name : "message"));
    json_object_set_new(data, "number", json_integer((json_int_t)due->seq));
    json_object_set_new(
        data, "data", due->name ? hook_body_value(due->data) : json_string(due->data));
    if (due->is_final)
        hook_body_add_end(data, job);
    if (*due->metadata)
        json_object_set_new(data, "metadata", hook_body_value(due->metadata));
    return data;
}

/* The journal knows no times.  So the time is that of the job's end, or else when the event was
 * first found to be due. */
char *hook_body(const struct hook_due *due, const struct job *job)
{
    json_t *body = mem_there(json_object());
    char *type = mem_format("job.%s", due->name ? due->name : "message"), *text;

    json_object_set_new(body, "type", json_string(type));
    json_object_set_new(
        body, "timestamp", hook_body_time(due->is_final ? job->ended_ms : due->since_ms));
    json_object_set_new(body, "data", hook_body_data(due, job));
    text = mem_there(json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15)));
    json_decref(body);
    free(type);
    return text;
}
