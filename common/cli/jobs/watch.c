/* watch.c - `casecast watch`: follows a job until it ends; `casecast retry`: asks for a job that
 * failed or was canceled again. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/jobs/follow.h"
#include "cli/jobs/jobs.h"
#include "video/video.h"

/* --- watch --- */

static int watch_tell_end(const struct job *job)
{
    if (job->state == JOB_FAILED)
        fprintf(stderr, "%scasecast:%s job %s failed: %s\n", term_on(stderr, TERM_BAD),
            term_off(stderr, TERM_BAD), job->id, job->error ? job->error : "");
    else
        term_say("job %s: %s\n", job->id, job_state_name(job->state));
    return job->state == JOB_DONE ? EXIT_DONE : EXIT_NO;
}

static int watch_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct follow follow = {.config = config, .prints_events = true};
    struct error err;
    int rc, status;

    if (given->n_rest != 1)
        return cli_misused(command, "which job? Give exactly one id");
    follow.id = given->rest[0];
    follow_start(&follow);
    while ((rc = follow_look(&follow, &err)) == FOLLOW_E_GOES_ON)
        usleep(FOLLOW_MS * 1000);
    meter_end(&follow.meter);
    status = rc < 0 ? cli_fail(&err) : watch_tell_end(&follow.job);
    follow_end(&follow);
    return status;
}

const struct command command_watch = {"watch", "JOB", "follows a job until it ends",
    "\nThe exit status is 0 if the job is done, and 1 if it failed or was canceled.  Ctrl-C ends\n"
    "the watching, not the job.  With --json, each event is a line: its name, id and data.\n",
    watch_run, NULL};

/* --- retry --- */

struct retry {
    struct job job; /* that failed or was canceled */
    char *input;    /* as it was, or of the case as it is now */
    char key[65];
    struct job_event first; /* how jobs of its kind begin */
};

static bool retry_take_first(void *ctx, const struct job_event *event)
{
    struct retry *retry = ctx;

    if (!event->name)
        retry->first.data = mem_copy(event->data);
    return false;
}

/* A job that was canceled keeps no input.  A video is then asked for as its case is now. */
static int retry_make_input(const struct config *config, struct retry *retry, struct error *err)
{
    struct case_record *record;
    json_t *json;
    int rc;

    if (strcmp(retry->job.kind, "video") != 0)
        return status_missing(err,
            "job %s: its input is not kept any more: ask for \"%s\" again as it was asked for "
            "first",
            retry->job.id, retry->job.subject);
    rc = cli_load_case(config, retry->job.subject, &record, err);
    if (rc < 0)
        return rc;
    rc = video_key(record, config->media_root, retry->key, err);
    if (rc == 0) {
        json = json_pack("{s:s, s:o}", "key", retry->key, "case", case_to_json(record));
        retry->input = json_dumps(json, JSON_COMPACT);
        json_decref(json);
    }
    case_free(record);
    return rc;
}

static int retry_check(const struct job *job, struct error *err)
{
    if (job->state == JOB_FAILED || job->state == JOB_CANCELED)
        return 0;
    if (job->state == JOB_DONE)
        return error_set(err, ERR_INPUT, "job %s is done: there is nothing to try again", job->id);
    return error_set(err, ERR_INPUT, "job %s is %s: `casecast watch %s` follows it", job->id,
        job_state_name(job->state), job->id);
}

/* The read-only look comes first, so that a wrong CASECAST_DB changes no file. */
static int retry_read(
    const struct config *config, const char *id, struct retry *retry, struct error *err)
{
    struct store *store;
    uint64_t position;
    int rc = cli_open_store(config, STORE_JOBS, &store, err);

    if (rc < 0)
        return rc;
    rc = cli_find_job(store, id, &retry->job, err);
    if (rc == 0)
        rc = retry_check(&retry->job, err);
    if (rc == 0)
        rc = store_job_events(store, id, 0, retry_take_first, retry, &position, err);
    if (rc == 0)
        rc = store_job_input(store, id, &retry->input, err);
    store_close(store);
    if (rc == 0)
        snprintf(retry->key, sizeof retry->key, "%s", retry->job.key);
    return rc == STORE_E_NOT_FOUND ? retry_make_input(config, retry, err) : rc;
}

static int retry_open(
    const struct config *config, const struct retry *retry, struct job *ret_job, struct error *err)
{
    struct job_request request = {.kind = retry->job.kind,
        .subject = retry->job.subject,
        .key = retry->key,
        .input = retry->input,
        .first = retry->first.data ? &retry->first : NULL,
        .priority = JOB_PRIORITY_NORMAL,
        .max_queued = config->max_queued,
        .max_queued_kind = config->max_queued_kind};
    struct store *store;
    bool is_new;
    int rc = store_open_again(config->database, NULL, &store, err);

    if (rc < 0)
        return rc;
    rc = store_job_open(store, &request, ret_job, &is_new, err);
    store_close(store);
    if (rc == STORE_E_FULL || rc == STORE_E_FULL_KIND)
        return error_set(err, ERR_BUSY,
            "as many jobs wait as may (CASECAST_MAX_QUEUED, CASECAST_MAX_QUEUED_KIND): try again "
            "later");
    return rc;
}

static void retry_tell(const struct job *job)
{
    if (term_is_json())
        term_print_json(jobs_json(job));
    term_say("job %s is %s; `casecast watch %s` follows it\n", job->id, job_state_name(job->state),
        job->id);
}

static int retry_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct retry retry = {0};
    struct job job = {0};
    struct error err;
    int rc;

    if (given->n_rest != 1)
        return cli_misused(command, "which job? Give exactly one id");
    rc = retry_read(config, given->rest[0], &retry, &err);
    if (rc == 0)
        rc = retry_open(config, &retry, &job, &err);
    if (rc == 0)
        retry_tell(&job);
    job_clear(&job);
    job_clear(&retry.job);
    free(retry.input);
    free((char *)retry.first.data);
    return rc == 0 ? EXIT_DONE : cli_fail(&err);
}

const struct command command_retry = {"retry", "JOB",
    "asks again for a job that failed or was canceled",
    "\nA new job of the same kind and subject, with the same input; if that is not kept any more,\n"
    "a video is made of its case as it is now.\n",
    retry_run, NULL};
