/* watch.c - `casecast watch`: follows a job until it ends; `casecast retry`: asks for a job that
 * failed or was canceled again. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/jobs/jobs.h"
#include "video/video.h"

enum { WATCH_MS = 250, WATCH_TRIES = 120 /* rounds in which the database may be away */ };

/* --- watch --- */

struct watch {
    const struct config *config;
    const char *id;
    struct store *store; /* NULL: to be opened */
    uint64_t after;      /* the last event that was read */
    struct meter meter;
    struct job job;
    int failures; /* rounds, one after the other */
};

/* The data of an event: JSON as it is, a message as text. */
static json_t *watch_data(const char *data)
{
    json_t *json = json_loads(data, 0, NULL);

    return json ? json : json_string(data);
}

static void watch_note_scene(struct watch *watch, const char *data)
{
    json_t *json = json_loads(data, 0, NULL);

    if (json_is_integer(json_object_get(json, "index")))
        meter_set_scene(&watch->meter, (int)json_integer_value(json_object_get(json, "index")),
            (int)json_integer_value(json_object_get(json, "of")), NULL);
    json_decref(json);
}

static bool watch_take_event(void *ctx, const struct job_event *event)
{
    struct watch *watch = ctx;

    watch->after = event->seq;
    if (event->name && strcmp(event->name, "scene") == 0)
        watch_note_scene(watch, event->data);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:I, s:o}", "event", event->name ? event->name : "message",
            "id", (json_int_t)event->seq, "data", watch_data(event->data)));
    return true;
}

static void watch_show(struct watch *watch)
{
    json_t *json = watch->job.progress ? json_loads(watch->job.progress, 0, NULL) : NULL;
    const char *stage = json_string_value(json_object_get(json, "stage"));
    json_t *left = json_object_get(json, "etaMs");

    if (watch->job.state == JOB_RUNNING)
        meter_show(&watch->meter,
            &(struct bar_progress){.stage = stage ? stage : "",
                .percent = json_number_value(json_object_get(json, "percent")),
                .fps = json_number_value(json_object_get(json, "fps")),
                .left_ms = json_is_number(left) ? (int64_t)json_number_value(left) : -1,
                .scene = ""});
    else if (watch->job.state == JOB_QUEUED)
        meter_show(&watch->meter, &(struct bar_progress){.stage = "queued", .left_ms = -1});
    json_decref(json);
}

/* One look at the job, and then at its events: those of its end are there once its state is. */
static int watch_look(struct watch *watch, struct error *err)
{
    uint64_t position;
    int rc = 0;

    if (watch->store && (store_is_adrift(watch->store) || store_is_cut(watch->store))) {
        store_close(watch->store);
        watch->store = NULL;
    }
    if (!watch->store)
        rc = cli_open_store(watch->config, STORE_JOBS, &watch->store, err);
    job_clear(&watch->job);
    if (rc == 0)
        rc = cli_find_job(watch->store, watch->id, &watch->job, err);
    if (rc == 0)
        rc = store_job_events(
            watch->store, watch->id, watch->after, watch_take_event, watch, &position, err);
    return rc;
}

/* The database may be locked, or its server away for a while. */
static bool watch_may_go_on(struct watch *watch, int rc)
{
    return (rc == -ERR_BUSY || rc == -ERR_IO) && ++watch->failures < WATCH_TRIES;
}

static int watch_tell_end(const struct watch *watch)
{
    const struct job *job = &watch->job;

    if (job->state == JOB_FAILED)
        fprintf(stderr, "%scasecast:%s job %s failed: %s\n", term_on(stderr, TERM_BAD),
            term_off(stderr, TERM_BAD), job->id, job->error ? job->error : "");
    else
        term_say("job %s: %s\n", job->id, job_state_name(job->state));
    return job->state == JOB_DONE ? EXIT_DONE : EXIT_NO;
}

static int watch_follow(struct watch *watch)
{
    struct error err;

    meter_start(&watch->meter);
    for (;; usleep(WATCH_MS * 1000)) {
        int rc = watch_look(watch, &err);

        if (rc < 0 && !watch_may_go_on(watch, rc)) {
            meter_end(&watch->meter);
            return cli_fail(&err);
        }
        if (rc < 0)
            continue;
        watch->failures = 0;
        if (job_state_is_final(watch->job.state))
            break;
        watch_show(watch);
    }
    meter_end(&watch->meter);
    return watch_tell_end(watch);
}

static int watch_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct watch watch = {.config = config};
    int status;

    if (given->n_rest != 1)
        return cli_misused(command, "which job? Give exactly one id");
    watch.id = given->rest[0];
    status = watch_follow(&watch);
    job_clear(&watch.job);
    store_close(watch.store);
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
