/* schema.c - `casecast schema`: prints the JSON Schema of a file of cases, and of the events. */
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "case/case_schema.h"
#include "cli/command/options.h"
#include "cli/commands.h"
#include "events/events.h"

static int schema_print(json_t *schema)
{
    json_dumpf(schema, stdout, term_is_json() ? JSON_COMPACT : JSON_INDENT(2));
    putchar('\n');
    json_decref(schema);
    return EXIT_DONE;
}

static int schema_refuse(const struct command *command, const char *name)
{
    struct buf names = {0};
    int status;

    for (const struct shape *const *event = events; *event; event++)
        buf_format(&names, ", %s", (*event)->name);
    status =
        cli_misused(command, "there is no event \"%.60s\": name one of events%s", name, names.data);
    buf_free(&names);
    return status;
}

static int schema_print_event(const struct command *command, const char *name)
{
    const struct shape *event = events_find(name);
    json_t *schema;

    if (!event)
        return schema_refuse(command, name);
    schema = json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
        "title", event->name);
    json_object_update_new(schema, shape_schema(event));
    return schema_print(schema);
}

static int schema_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    (void)config;
    if (given->n_rest > 1)
        return cli_misused(command, "\"%.60s\" is too much: it takes one event", given->rest[1]);
    if (given->n_rest == 0)
        return schema_print(case_schema());
    return strcmp(given->rest[0], "events") == 0 ? schema_print(events_schema())
                                                 : schema_print_event(command, given->rest[0]);
}

const struct command command_schema = {"schema", "[EVENT]",
    "prints the JSON Schema of a file of cases, or of events",
    "\nWithout an argument: of a file that `casecast import` takes; an editor finds it by the "
    "file's\n"
    "member $schema.  With the name of an event: of its data.  With `events`: of all events.\n",
    schema_run, NULL};
