/* hooks.c - `casecast hooks`: the webhooks that wait for their receiver, or were given up. */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/options.h"
#include "cli/jobs/jobs.h"
#include "store/hooks.h"

static void hooks_add_row(void *ctx, const struct hook_row *row)
{
    char event[24], attempts[16], next[40];

    snprintf(event, sizeof event, "%llu", (unsigned long long)row->seq);
    snprintf(attempts, sizeof attempts, "%d", row->attempts);
    strcpy(next, row->is_given_up ? "given up" : "now");
    if (!row->is_given_up && row->next_ms > 0)
        cli_format_span(row->next_ms, next, sizeof next);
    table_add(ctx,
        (const char *[]){
            row->job_id, row->host, event, attempts, next, row->error ? row->error : ""},
        6);
}

static int hooks_list(struct store *store)
{
    struct table table = {0};
    struct error err;
    int rc;

    table_add(&table, (const char *[]){"JOB", "HOST", "EVENT", "ATTEMPTS", "NEXT", "ERROR"}, 6);
    rc = store_hook_each(store, 0, INT_MAX, hooks_add_row, &table, &err);
    return cli_show_table(&table, rc, "No webhook waits, and none was given up.", &err);
}

/* ",done,end," as ["done", "end"], "" as "all". */
static json_t *hooks_events(const char *events)
{
    json_t *names = *events ? json_array() : json_string("all");

    for (events += strspn(events, ","); *events; events += strspn(events, ",")) {
        size_t len = strcspn(events, ",");

        json_array_append_new(names, json_stringn(events, len));
        events += len;
    }
    return names;
}

static void hooks_print_json(void *ctx, const struct hook_row *row)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:s, s:I, s:i, s:o, s:s?}", "id", row->id, "job",
        row->job_id, "url", row->url, "events", hooks_events(row->events), "state",
        row->is_given_up ? "given up" : "waiting", "number", (json_int_t)row->seq, "attempts",
        row->attempts, "nextMs",
        row->is_given_up ? json_null() : json_integer(row->next_ms > 0 ? row->next_ms : 0), "error",
        row->error);

    (void)ctx;
    term_print_json(json);
}

static int hooks_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct store *store;
    struct error err;
    int status = EXIT_DONE;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (cli_open_store(config, STORE_JOBS, &store, &err) < 0)
        return cli_fail(&err);
    if (!term_is_json())
        status = hooks_list(store);
    else if (store_hook_each(store, 0, INT_MAX, hooks_print_json, NULL, &err) < 0)
        status = cli_fail(&err);
    store_close(store);
    return status;
}

const struct command command_hooks = {"hooks", "",
    "lists the webhooks that wait, and those that were given up",
    "\nNEXT: the time until the next attempt.  A webhook that was given up is tried anew when the\n"
    "same request is made again.  --json prints the URL, too.\n",
    hooks_run, NULL};
