/* kind.c - what all kinds of jobs have in common: their table, their subjects, their closing
 * events. */
#include "hub/kind/kind.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "events/events.h"

const struct job_kind *const *kinds_list(const struct kinds *kinds)
{
    return atomic_load(&kinds->list);
}

void kinds_set(struct kinds *kinds, const struct job_kind *const *list)
{
    atomic_store(&kinds->list, list);
}

const struct job_kind *kind_find_in(const struct job_kind *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp((*list)->name, name) == 0)
            return *list;
    return NULL;
}

const struct job_kind *kind_find(const struct kinds *kinds, const char *name)
{
    return kind_find_in(kinds_list(kinds), name);
}

void kind_engines(const struct job_kind *const *kinds, char ret_name[static KIND_ENGINE_LEN + 1])
{
    char name[DIGEST_HEX_LEN + 1];
    struct digest all;
    int n = 0;

    *ret_name = '\0';
    digest_start(&all);
    for (; *kinds; kinds++) {
        if (!(*kinds)->engine)
            continue;
        (*kinds)->engine(ret_name);
        digest_add_text(&all, ret_name);
        n++;
    }
    digest_hex(&all, name);
    if (n > 1)
        snprintf(ret_name, KIND_ENGINE_LEN + 1, "%.*s", KIND_ENGINE_LEN, name);
}

/* A subject stands in JSON and in logs without escapes. */
static bool kind_subject_is_plain(const char *subject)
{
    size_t len = strlen(subject);

    return len >= 1 && len <= JOB_SUBJECT_MAX && text_is_utf8(subject, len, NULL) &&
           text_find_control(subject, len, "") < 0 && !strpbrk(subject, "\"\\");
}

int kind_subject_check(const struct job_kind *kind, const char *subject, struct error *err)
{
    int rc = kind->subject_check ? kind->subject_check(kind, subject, err) : 0;

    if (rc < 0 || kind_subject_is_plain(subject))
        return rc;
    return error_set(err, ERR_INPUT,
        "\"%.64s%s\" must be 1 to %d bytes of one line, without \" or \\", subject,
        strlen(subject) > 64 ? "…" : "", JOB_SUBJECT_MAX);
}

/* --- closing events --- */

void last_events_add(struct last_events *last, const char *name, const char *data)
{
    assert(last->n < LAST_EVENTS_MAX);
    last->at[last->n++] = (struct job_event){.name = mem_copy(name), .data = mem_copy(data)};
}

/* Releases `json`. */
static void last_events_add_json(struct last_events *last, const struct shape *event, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    last_events_add(last, event->name, text);
    free(text);
    json_decref(json);
}

void last_events_add_failed(struct last_events *last, const char *error)
{
    char *text = mem_format("error %s", error);

    last_events_add(last, NULL, text);
    last_events_add_json(last, &event_failed, shape_json(&event_failed, error));
    free(text);
}

void last_events_add_plain(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    if (state == JOB_FAILED)
        last_events_add_failed(last, error);
    else
        last_events_add(last, job_state_name(state), state == JOB_DONE ? result : "{}");
}

json_t *kind_metadata(const char *text)
{
    json_t *metadata = text ? json_loads(text, 0, NULL) : NULL;

    if (json_is_object(metadata))
        return metadata;
    json_decref(metadata);
    return NULL;
}

/* The text before stays as it is: its numbers would be written otherwise.  `value` is taken over.
 */
static void last_event_add(struct job_event *event, const char *name, json_t *value)
{
    json_t *data = json_loads(event->data, 0, NULL);
    const char *end = strrchr(event->data, '}');

    if (json_is_object(data) && !json_object_get(data, name)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        char *added = mem_format("%.*s%s\"%s\":%s}", (int)(end - event->data), event->data,
            json_object_size(data) ? "," : "", name, text);

        free(text);
        free((char *)event->data);
        event->data = added;
    }
    json_decref(data);
    json_decref(value);
}

/* What the request brought that made the job. */
static void last_event_echo(struct job_event *event, const struct job_end *end)
{
    json_t *metadata = kind_metadata(end->metadata);

    if (*end->traceparent)
        last_event_add(event, "traceparent", json_string(end->traceparent));
    if (metadata)
        last_event_add(event, "metadata", metadata);
}

static void last_events_echo(struct last_events *last, const struct job_end *end)
{
    for (int i = 0; i < last->n; i++)
        if (last->at[i].name && strcmp(last->at[i].name, job_state_name(end->state)) == 0)
            last_event_echo(&last->at[i], end);
}

void last_events_clear(struct last_events *last)
{
    for (int i = 0; i < last->n; i++) {
        free((char *)last->at[i].name);
        free((char *)last->at[i].data);
    }
    last->n = 0;
}

void kind_finish(const struct job_kind *kind, const struct job_end *end, struct last_events *last)
{
    const char *state = job_state_name(end->state);

    if (kind)
        kind->finish(end->state, end->result, end->error, last);
    else
        last_events_add(last, state, "{}");
    last_events_echo(last, end);
    if (kind && kind->last)
        last_events_add(last, NULL, kind->last);
    last_events_add_json(last, &event_end, shape_json(&event_end, state));
}
