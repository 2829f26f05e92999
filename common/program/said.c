/* said.c - see said.h. */
#include "program/said.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "program/lines.h"

/* Events of every job, and those that an EventSource itself has. */
static const char *const ours[] = {
    "canceled", "done", "end", "error", "failed", "job", "open", "retry", "snapshot"};

bool said_may_be_event(const char *name)
{
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name, ours[i]) == 0)
            return false;
    return text_is_name(name) && strlen(name) <= SAID_NAME_MAX;
}

static char *said_json(const json_t *json)
{
    return mem_there(json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY));
}

/* The member `data`, as it is if it is text; else all members but `event`. */
static char *said_data(json_t *object, enum said_as as)
{
    json_t *data = json_object_get(object, "data");

    if (data && json_is_string(data) && as == SAID_EVENT)
        return mem_copy(json_string_value(data));
    if (data)
        return said_json(data);
    json_object_del(object, "event");
    return said_json(object);
}

static void said_take_event(struct said *said, json_t *object, const char *name)
{
    if (strcmp(name, "message") == 0 && json_object_get(object, "data")) {
        free(said->data);
        said->data = said_data(object, SAID_EVENT);
        return;
    }
    if (!said_may_be_event(name)) {
        said->is_ours = true;
        return;
    }
    said->as = strcmp(name, "progress") == 0 ? SAID_PROGRESS : SAID_EVENT;
    said->name = said->as == SAID_EVENT ? mem_copy(name) : NULL;
    free(said->data);
    said->data = said_data(object, said->as);
}

static void said_take(struct said *said, json_t *object)
{
    const json_t *event = json_object_get(object, "event");
    const json_t *result = json_object_get(object, "result");

    if (json_is_string(event)) {
        char *name = mem_copy(json_string_value(event));

        said_take_event(said, object, name);
        free(name);
    } else if (result && json_object_size(object) == 1) {
        said->as = SAID_RESULT;
        free(said->data);
        said->data = said_json(result);
    }
}

void said_read(const char *line, size_t len, struct said *ret_said)
{
    struct said said = {.as = SAID_MESSAGE};
    json_t *object;

    said.data = lines_text(line, len, &said.n_wrong);
    if (said.data[strspn(said.data, " \t")] == '{' && (object = json_loads(said.data, 0, NULL))) {
        said_take(&said, object);
        json_decref(object);
    }
    *ret_said = said;
}

void said_clear(struct said *said)
{
    free(said->name);
    free(said->data);
    *said = (struct said){0};
}
