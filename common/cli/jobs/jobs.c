/* jobs.c - `casecast jobs`: the jobs of the responders, as a table or as JSON. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command/options.h"
#include "cli/jobs/jobs.h"

enum { JOBS_SHOWN = 20, JOBS_MOST = 1000 };

/* In the order of jobs_options. */
enum jobs_option { JOBS_COUNT, JOBS_STATE, JOBS_KIND, JOBS_SUBJECT, JOBS_BEFORE };

static const struct option_row jobs_options[] = {
    {'n', "count", "COUNT", "lists so many jobs at most (20)", NULL},
    {'s', "state", "STATE", "only jobs in this state", "queued running done failed canceled"},
    {'k', "kind", "KIND", "only jobs of a kind, as video", NULL},
    {0, "subject", "SUBJECT", "only jobs about this: of videos, the case", NULL},
    {'b', "before", "JOB", "only jobs that are older than this one", NULL},
    {0, NULL, NULL, NULL, NULL},
};

/* --- as a table --- */

static double jobs_percent_of(const char *progress)
{
    json_t *json = progress ? json_loads(progress, 0, NULL) : NULL;
    double percent = json_number_value(json_object_get(json, "percent"));

    json_decref(json);
    return percent;
}

/* The progress of a queued, running or done job; of others "". */
static void jobs_format_progress(const struct job *job, char *text, size_t size)
{
    char span[32];

    text[0] = '\0';
    if (job->state == JOB_QUEUED)
        snprintf(text, size, "position %d", job->position);
    if (job->state == JOB_RUNNING)
        snprintf(text, size, "%d %%%s", (int)jobs_percent_of(job->progress),
            job->cancel_wanted ? ", cancel requested" : "");
    if (job->state == JOB_DONE) {
        cli_format_span(job->ended_ms - job->started_ms, span, sizeof span);
        snprintf(text, size, "took %s", span);
    }
}

static void jobs_add_row(void *ctx, const struct job *job)
{
    char age[32], progress[64];

    cli_format_span(clock_wall_ms() - job->created_ms, age, sizeof age);
    jobs_format_progress(job, progress, sizeof progress);
    table_add(ctx,
        (const char *[]){job->id, job_state_name(job->state), job->subject, age, progress,
            job->error ? job->error : ""},
        6);
}

static int jobs_list(struct store *store, const struct job_filter *filter)
{
    struct table table = {0};
    struct error err;
    int rc;

    table_add(&table, (const char *[]){"JOB", "STATE", "CASE", "AGE", "PROGRESS", "ERROR"}, 6);
    rc = store_job_each(store, filter, jobs_add_row, &table, &err);
    return cli_show_table(&table, rc,
        filter->state || filter->kind || filter->subject || filter->before ? "No such jobs."
                                                                           : "No jobs yet.",
        &err);
}

/* --- as JSON --- */

static json_t *jobs_json_of(const char *text)
{
    json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return json ? json : json_null();
}

static json_t *jobs_time(int64_t ms)
{
    return ms ? json_integer(ms) : json_null();
}

json_t *jobs_json(const struct job *job)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "id",
        job->id, "kind", job->kind, "subject", job->subject, "state", job_state_name(job->state),
        "priority", job->priority, "position", job->position, "createdMs",
        jobs_time(job->created_ms), "startedMs", jobs_time(job->started_ms), "endedMs",
        jobs_time(job->ended_ms), "progress", jobs_json_of(job->progress), "result",
        jobs_json_of(job->result), "error", job->error, "metadata", jobs_json_of(job->metadata));
}

static void jobs_print_json(void *ctx, const struct job *job)
{
    (void)ctx;
    term_print_json(jobs_json(job));
}

/* --- which --- */

static int jobs_number_of(
    struct store *store, const char *id, int64_t *ret_number, struct error *err)
{
    struct job job = {0};
    int rc = cli_find_job(store, id, &job, err);

    if (rc < 0)
        error_where(err, "--before: ");
    *ret_number = job.number;
    job_clear(&job);
    return rc;
}

static int jobs_show(const struct config *config, struct job_filter *filter, const char *before,
    bool as_json, struct error *err)
{
    struct store *store;
    int rc = cli_open_store(config, STORE_JOBS, &store, err), status = EXIT_DONE;

    if (rc < 0)
        return cli_fail(err);
    rc = before ? jobs_number_of(store, before, &filter->before, err) : 0;
    if (rc == 0 && as_json)
        rc = store_job_each(store, filter, jobs_print_json, NULL, err);
    else if (rc == 0)
        status = jobs_list(store, filter);
    store_close(store);
    return rc < 0 ? cli_fail(err) : status;
}

static int jobs_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    long long most = JOBS_SHOWN;
    struct error err;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (given->values[JOBS_COUNT] && !text_number(given->values[JOBS_COUNT], 1, JOBS_MOST, &most))
        return cli_misused(command, "-n %.60s: must be a whole number from 1 to %d",
            given->values[JOBS_COUNT], JOBS_MOST);
    return jobs_show(config,
        &(struct job_filter){.most = (int)most,
            .state = given->values[JOBS_STATE],
            .kind = given->values[JOBS_KIND],
            .subject = given->values[JOBS_SUBJECT]},
        given->values[JOBS_BEFORE], term_is_json(), &err);
}

const struct command command_jobs = {"jobs", "", "lists the jobs of the responders",
    "\nThe newest job comes first.\n", jobs_run, jobs_options};
