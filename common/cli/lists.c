/* lists.c - `casecast cases` and `casecast jobs`: tables of what the database holds. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli_private.h"

/* --- cases --- */

static void lists_add_case(void *ctx, const struct case_summary *summary)
{
    char n_scenes[16];

    snprintf(n_scenes, sizeof n_scenes, "%d", summary->n_scenes);
    table_add(ctx,
        (const char *[]){summary->id, n_scenes, case_shape_name(summary->shape), summary->language,
            summary->title},
        5);
}

static int lists_print(struct table *table, int rc, const char *nothing, const struct error *err)
{
    if (rc < 0) {
        table_free(table);
        return cli_fail(err);
    }
    if (table->n_rows > 1)
        table_print(table, stdout);
    else
        puts(nothing);
    table_free(table);
    return EXIT_DONE;
}

static int lists_run_cases(
    const struct command *command, const struct config *config, int argc, char **argv)
{
    struct table table = {0};
    struct store *store;
    struct error err;
    int rc;

    if (argc > 1)
        return cli_misused(command, "takes no argument, but got \"%s\"", argv[1]);
    if (cli_open_store(config, STORE_CASES, &store, &err) < 0)
        return cli_fail(&err);
    table_add(&table, (const char *[]){"CASE", "SCENES", "SHAPE", "LANGUAGE", "TITLE"}, 5);
    rc = store_case_each(store, lists_add_case, &table, &err);
    store_close(store);
    return lists_print(&table, rc, "No cases yet: `casecast import FILE` adds some.", &err);
}

const struct command command_cases = {
    "cases", "", "lists the cases in the database", "", lists_run_cases};

/* --- jobs --- */

enum { JOBS_SHOWN = 20, JOBS_MOST = 1000 };

static double lists_percent_of(const char *progress)
{
    json_t *json = progress ? json_loads(progress, 0, NULL) : NULL;
    double percent = json_number_value(json_object_get(json, "percent"));

    json_decref(json);
    return percent;
}

/* The progress of a queued, running or done job; of others "". */
static void lists_format_progress(const struct job *job, char *text, size_t size)
{
    char span[32];

    text[0] = '\0';
    if (job->state == JOB_QUEUED)
        snprintf(text, size, "position %d", job->position);
    if (job->state == JOB_RUNNING)
        snprintf(text, size, "%d %%%s", (int)lists_percent_of(job->progress),
            job->cancel_wanted ? ", cancel requested" : "");
    if (job->state == JOB_DONE) {
        cli_format_span(job->ended_ms - job->started_ms, span, sizeof span);
        snprintf(text, size, "took %s", span);
    }
}

static void lists_add_job(void *ctx, const struct job *job)
{
    char age[32], progress[64];

    cli_format_span(clock_wall_ms() - job->created_ms, age, sizeof age);
    lists_format_progress(job, progress, sizeof progress);
    table_add(ctx,
        (const char *[]){job->id, job_state_name(job->state), job->subject, age, progress,
            job->error ? job->error : ""},
        6);
}

static int lists_run_jobs(
    const struct command *command, const struct config *config, int argc, char **argv)
{
    struct table table = {0};
    long long most = JOBS_SHOWN;
    struct store *store;
    struct error err;
    int rc;

    if (argc > 1 && (argc != 3 || strcmp(argv[1], "-n") != 0))
        return cli_misused(command, "takes only -n, got \"%s\"", argv[1]);
    if (argc == 3 && !text_number(argv[2], 1, JOBS_MOST, &most))
        return cli_misused(
            command, "-n %s: must be a whole number from 1 to %d", argv[2], JOBS_MOST);
    if (cli_open_store(config, STORE_JOBS, &store, &err) < 0)
        return cli_fail(&err);
    table_add(&table, (const char *[]){"JOB", "STATE", "CASE", "AGE", "PROGRESS", "ERROR"}, 6);
    rc = store_job_each(store, (int)most, lists_add_job, &table, &err);
    store_close(store);
    return lists_print(&table, rc, "No jobs yet.", &err);
}

const struct command command_jobs = {"jobs", " [-n COUNT]",
    "lists the newest jobs of the responders",
    "\nThe newest job comes first.  -n sets how many are listed; without it 20.\n", lists_run_jobs};
