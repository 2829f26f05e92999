/* hook_events.c - see hook_events.h. */
#include "hooks/hook_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { EVENTS_MAX = 16, EVENT_NAME_MAX = 64 };

int hook_events_refuse(struct error *err)
{
    return error_set(err, ERR_INPUT,
        "must be \"all\" or 1 to %d names of events, as \"end\"; messages without a name are "
        "called \"message\"",
        EVENTS_MAX);
}

static int hook_event_check(const char *name, struct error *err)
{
    if (!name || !text_is_name(name) || strlen(name) > EVENT_NAME_MAX)
        return hook_events_refuse(err);
    if (strcmp(name, "progress") == 0)
        return error_set(err, ERR_INPUT,
            "\"progress\" is not delivered, as such an event may be lost; durable events are");
    return 0;
}

static int hook_event_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int hook_events_read(const char **names, size_t n, char **ret_events, struct error *err)
{
    struct buf joined = {0};

    if (n == 0 || n > EVENTS_MAX)
        return hook_events_refuse(err);
    for (size_t i = 0; i < n; i++)
        if (hook_event_check(names[i], err) < 0)
            return -ERR_INPUT;
    qsort(names, n, sizeof *names, hook_event_compare);
    buf_add_text(&joined, ",");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
            buf_format(&joined, "%s,", names[i]);
    *ret_events = joined.data;
    return 0;
}

int hook_events_parse(const char *words, char **ret_events, struct error *err)
{
    char *copy = mem_copy(words), *rest = copy, *word;
    const char *names[EVENTS_MAX + 1];
    size_t n = 0;
    int rc = 0;

    while (n <= EVENTS_MAX && (word = strtok_r(rest, " \t,", &rest)))
        names[n++] = word;
    if (n == 1 && strcmp(names[0], "all") == 0)
        *ret_events = mem_copy("");
    else
        rc = hook_events_read(names, n, ret_events, err);
    free(copy);
    return rc;
}
