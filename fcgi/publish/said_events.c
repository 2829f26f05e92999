/* said_events.c - see said_events.h. */
#include "publish/said_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "program/process.h"
#include "program/said.h"

enum {
    EVENTS_MOST = 1000, /* in one body */
    ONCE_MAX = 64,
};

char *said_text(const json_t *json)
{
    char *text = mem_there(json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY));

    if (strlen(text) <= PROCESS_LINE_MAX)
        return text;
    free(text);
    return NULL;
}

/* --- members of an event --- */

static int event_take_name(struct job_event *event, const json_t *json, struct error *err)
{
    const char *name = json_string_value(json);

    if (json && !name)
        return error_set(err, ERR_INPUT, "event: must be text, as in \"page\"");
    if (!name || strcmp(name, "message") == 0)
        return 0;
    if (strcmp(name, "progress") == 0)
        return error_set(err, ERR_INPUT,
            "event: progress is no durable event: send it by POST /api/jobs/{id}/progress");
    if (!said_may_be_event(name))
        return error_set(err, ERR_INPUT,
            "event: \"%.40s\" must be 1 to %d of A-Z a-z 0-9 _ -, and none of casecast's own, as "
            "end",
            name, SAID_NAME_MAX);
    event->name = mem_copy(name);
    return 0;
}

static int event_take_data(struct job_event *event, const json_t *json, struct error *err)
{
    if (!json)
        return error_set(err, ERR_INPUT, "data: is missing: text, or any JSON");
    if (json_string_length(json) <= PROCESS_LINE_MAX)
        event->data = json_is_string(json) ? mem_copy(json_string_value(json)) : said_text(json);
    return event->data
               ? 0
               : error_set(err, ERR_INPUT, "data: is longer than %d bytes", PROCESS_LINE_MAX);
}

/* The mark in front keeps it apart from tags of our own. */
static int event_take_once(struct job_event *event, const json_t *json, struct error *err)
{
    const char *once = json_string_value(json);
    size_t len = once ? strlen(once) : 0;

    if (!json)
        return 0;
    if (len < 1 || len > ONCE_MAX || text_find_control(once, len, "") >= 0)
        return error_set(err, ERR_INPUT,
            "once: must be a text of 1 to %d bytes in one line, as in \"page 1\"", ONCE_MAX);
    event->once = mem_format("said %s", once);
    return 0;
}

static int event_check_members(const json_t *object, struct error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        if (strcmp(name, "event") != 0 && strcmp(name, "data") != 0 && strcmp(name, "once") != 0)
            return error_set(
                err, ERR_INPUT, "unknown member \"%.64s\": event, data and once are known", name);
    }
    return 0;
}

static int event_read(struct job_event *event, const json_t *json, struct error *err)
{
    int rc;

    if (json_is_string(json))
        return event_take_data(event, json, err);
    if (!json_is_object(json))
        return error_set(err, ERR_INPUT,
            "must be text, or an object as {\"event\": \"page\", \"data\": {\"n\": 1}}");
    rc = event_check_members(json, err);
    if (rc == 0)
        rc = event_take_name(event, json_object_get(json, "event"), err);
    if (rc == 0)
        rc = event_take_data(event, json_object_get(json, "data"), err);
    return rc == 0 ? event_take_once(event, json_object_get(json, "once"), err) : rc;
}

/* --- all --- */

int said_events_read(const json_t *body, struct said_events *ret_events, struct error *err)
{
    const json_t *events = json_object_get(body, "events");
    size_t n = json_array_size(events);
    int rc = 0;

    *ret_events = (struct said_events){0};
    if (n < 1 || n > EVENTS_MOST || json_object_size(body) != 1)
        return error_set(err, ERR_INPUT,
            "the body must be {\"events\": […]} with 1 to %d events, as in {\"events\": "
            "[{\"event\": \"page\", \"data\": {\"n\": 1}, \"once\": \"page 1\"}]}",
            EVENTS_MOST);
    ret_events->at = mem_zero(n, sizeof *ret_events->at);
    while (rc == 0 && ret_events->n < (int)n) {
        int i = ret_events->n++;

        rc = event_read(&ret_events->at[i], json_array_get(events, (size_t)i), err);
        if (rc < 0)
            error_where(err, "events[%d]: ", i);
    }
    return rc;
}

void said_events_clear(struct said_events *events)
{
    for (int i = 0; i < events->n; i++) {
        free((char *)events->at[i].name);
        free((char *)events->at[i].data);
        free((char *)events->at[i].once);
    }
    free(events->at);
    *events = (struct said_events){0};
}
