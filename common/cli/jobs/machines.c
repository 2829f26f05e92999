/* machines.c - `casecast machines`: the processes that run jobs, on all machines, and what they
 * make. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/jobs/jobs.h"
#include "store/members.h"

enum { SHORT_NAME = 8 /* characters of a process's name, or an engine's, that tell it apart */ };

/* A job that runs. */
struct machines_run {
    char *owner, *id, *subject, *progress;
    double percent;
};

struct machines {
    struct machines_run *runs;
    size_t n_runs;
    struct table members, made;
};

static char *machines_format_progress(const char *progress)
{
    json_t *json = progress ? json_loads(progress, 0, NULL) : NULL;
    int percent = (int)json_number_value(json_object_get(json, "percent"));
    double fps = json_number_value(json_object_get(json, "fps"));
    char *text =
        fps > 0 ? mem_format("%d %%, %.0f fps", percent, fps) : mem_format("%d %%", percent);

    json_decref(json);
    return text;
}

static double machines_percent(const char *progress)
{
    json_t *json = progress ? json_loads(progress, 0, NULL) : NULL;
    double percent = json_number_value(json_object_get(json, "percent"));

    json_decref(json);
    return percent;
}

static void machines_add_run(void *ctx, const struct job *job, const char *owner)
{
    struct machines *machines = ctx;

    if (job->state != JOB_RUNNING || !owner)
        return;
    machines->runs = mem_grow(machines->runs, machines->n_runs + 1, sizeof *machines->runs);
    machines->runs[machines->n_runs++] = (struct machines_run){.owner = mem_copy(owner),
        .id = mem_copy(job->id),
        .subject = mem_copy(job->subject),
        .progress = machines_format_progress(job->progress),
        .percent = machines_percent(job->progress)};
}

/* Adds its rows to the table of jobs; returns how many they are. */
static int machines_add_made(struct machines *machines, const struct member_row *row)
{
    char name[SHORT_NAME + 1];
    int n = 0;

    snprintf(name, sizeof name, "%s", row->name);
    for (size_t i = 0; i < machines->n_runs; i++) {
        const struct machines_run *run = &machines->runs[i];

        if (strcmp(run->owner, row->name) != 0)
            continue;
        table_add(&machines->made,
            (const char *[]){run->id, row->machine, name, run->subject, run->progress}, 5);
        n++;
    }
    return n;
}

static void machines_format_state(const struct member_row *row, int n_runs, char *text, size_t size)
{
    char span[32];

    cli_format_span(row->silent_ms, span, sizeof span);
    if (row->is_gone)
        snprintf(text, size, "gone");
    else if (row->silent_ms)
        snprintf(text, size, "silent %s", span);
    else
        snprintf(text, size, "%s", row->is_stopping ? "stopping" : n_runs ? "working" : "idle");
}

/* ",digest,video," as "digest video", "," as "none". */
static void machines_format_kinds(const char *kinds, char *text, size_t size)
{
    snprintf(text, size, "%s", strcmp(kinds, ",") == 0 ? "none" : *kinds ? kinds + 1 : "all");
    for (char *at = text; *at; at++)
        if (*at == ',')
            *at = at[1] ? ' ' : '\0';
}

/* --- as JSON --- */

static json_t *machines_json_jobs(const struct machines *machines, const char *owner)
{
    json_t *jobs = json_array();

    for (size_t i = 0; i < machines->n_runs; i++)
        if (strcmp(machines->runs[i].owner, owner) == 0)
            json_array_append_new(
                jobs, json_pack("{s:s, s:s, s:f}", "id", machines->runs[i].id, "subject",
                          machines->runs[i].subject, "percent", machines->runs[i].percent));
    return jobs;
}

static void machines_print_json(void *ctx, const struct member_row *row)
{
    const struct machines *machines = ctx;
    json_t *jobs = machines_json_jobs(machines, row->name);
    const char *state = row->is_gone            ? "gone"
                        : row->silent_ms        ? "silent"
                        : row->is_stopping      ? "stopping"
                        : json_array_size(jobs) ? "working"
                                                : "idle";

    term_print_json(
        json_pack("{s:s, s:s, s:s, s:i, s:o, s:s, s:I, s:o}", "machine", row->machine, "process",
            row->name, "engine", row->engine, "slots", row->slots, "kinds", store_member_kinds(row),
            "state", state, "silentMs", (json_int_t)row->silent_ms, "jobs", jobs));
}

/* --- all --- */

static void machines_add_member(void *ctx, const struct member_row *row)
{
    char name[SHORT_NAME + 1], engine[SHORT_NAME + 1], slots[16], state[64], kinds[64];
    struct machines *machines = ctx;
    int n_runs = machines_add_made(machines, row);

    snprintf(name, sizeof name, "%s", row->name);
    snprintf(engine, sizeof engine, "%s", row->engine);
    snprintf(slots, sizeof slots, "%d", row->slots);
    machines_format_state(row, n_runs, state, sizeof state);
    machines_format_kinds(row->kinds, kinds, sizeof kinds);
    table_add(
        &machines->members, (const char *[]){row->machine, name, engine, slots, kinds, state}, 6);
}

static void machines_free(struct machines *machines)
{
    for (size_t i = 0; i < machines->n_runs; i++) {
        free(machines->runs[i].owner);
        free(machines->runs[i].id);
        free(machines->runs[i].subject);
        free(machines->runs[i].progress);
    }
    free(machines->runs);
    table_free(&machines->members);
    table_free(&machines->made);
}

static void machines_print(const struct machines *machines)
{
    if (machines->members.n_rows == 1) {
        term_say("No process is there: `casecast serve` is one.\n");
        return;
    }
    table_print(&machines->members, term_columns(stdout), stdout);
    if (machines->made.n_rows == 1)
        return;
    putchar('\n');
    table_print(&machines->made, term_columns(stdout), stdout);
}

static int machines_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct machines machines = {0};
    struct store *store;
    struct error err;
    int rc;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (cli_open_store(config, STORE_JOBS, &store, &err) < 0)
        return cli_fail(&err);
    table_add(&machines.members,
        (const char *[]){"MACHINE", "PROCESS", "ENGINE", "SLOTS", "KINDS", "STATE"}, 6);
    table_add(&machines.made, (const char *[]){"JOB", "MACHINE", "PROCESS", "CASE", "PROGRESS"}, 5);
    rc = store_live(store, machines_add_run, &machines, &err);
    if (rc == 0)
        rc = store_member_each(
            store, term_is_json() ? machines_print_json : machines_add_member, &machines, &err);
    store_close(store);
    if (rc == 0 && !term_is_json())
        machines_print(&machines);
    machines_free(&machines);
    return rc < 0 ? cli_fail(&err) : EXIT_DONE;
}

const struct command command_machines = {"machines", "",
    "lists the processes on all machines, and what they make",
    "\nidle: it waits for jobs.  silent: its lease ended, and others take over its jobs.\n"
    "gone: its process ended without handing its jobs back.\n",
    machines_run, NULL};
