/* program_run.c - the work of a program: what it gets, its attempts, and how it ended. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "events/events.h"
#include "kind/kind_program.h"
#include "kind/program_files.h"
#include "kind/program_output.h"
#include "program/process.h"

enum {
    CANCELED_GRACE_MS = 5000,
    HANDED_GRACE_MS = 2000, /* casecast is to stop, or another process has the job */
    STATUS_AGAIN = 75,      /* EX_TEMPFAIL of sysexits.h */
    WAIT_MOST_MS = 3600000, /* before a next attempt */
    WAIT_STEP_MS = 50,
};

struct running {
    struct work *work;
    const struct kind_file *file;
    struct program_output output;
    struct program_files files; /* of this attempt; zeroed: the kind leaves none */
    int attempt;
    bool may_pass; /* what ended it may not come again */
};

/* --- what it gets --- */

static char *running_input(const struct running *running)
{
    const struct job *job = work_job(running->work);
    json_t *input = json_loads(work_input(running->work), JSON_DECODE_ANY, NULL);
    json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:i}", "job", job->id, "kind", job->kind,
        "subject", job->subject, "input", input ? input : json_null(), "attempt", running->attempt);
    char *text = json_dumps(json, JSON_COMPACT), *line = mem_format("%s\n", text);

    free(text);
    json_decref(json);
    return line;
}

static char *running_variable(const char *name, const char *fallback)
{
    const char *value = getenv(name);

    return mem_format("%s=%s", name, value && *value ? value : fallback);
}

/* Nothing else of ours: neither the database's address nor a key.  Without PYTHONUNBUFFERED a
 * print() of Python would wait until 8 KB are full. */
void program_env_base(const struct kind_file *file, char *ret_env[static PROGRAM_ENV_BASE])
{
    ret_env[0] = running_variable("PATH", "/usr/local/bin:/usr/bin:/bin");
    ret_env[1] = file->home ? mem_format("HOME=%s", file->home) : running_variable("HOME", "/");
    ret_env[2] = running_variable("LANG", "C.UTF-8");
    ret_env[3] = mem_copy("PYTHONUNBUFFERED=1");
}

enum { N_VARIABLES = PROGRAM_ENV_BASE + 7 };

static void running_env(const struct running *running, char *ret_env[static N_VARIABLES + 1])
{
    const struct job *job = work_job(running->work);
    const struct program_files *files = &running->files;
    int n = PROGRAM_ENV_BASE;

    program_env_base(running->file, ret_env);
    ret_env[n++] = mem_format("CASECAST_JOB=%s", job->id);
    ret_env[n++] = mem_format("CASECAST_KIND=%s", job->kind);
    ret_env[n++] = mem_format("CASECAST_SUBJECT=%s", job->subject);
    ret_env[n++] = mem_format("CASECAST_ATTEMPT=%d", running->attempt);
    if (*job->traceparent)
        ret_env[n++] = mem_format("TRACEPARENT=%s", job->traceparent);
    if (files->hidden)
        ret_env[n++] = mem_format("CASECAST_OUT=%s", files->hidden);
    if (files->hidden)
        ret_env[n++] = mem_format("CASECAST_OUT_URL=%s", files->url);
    ret_env[n] = NULL;
}

/* --- how it ended --- */

/* What ended it, in words; NULL: the error of its output. */
static char *running_what(const struct running *running, const struct process_result *ended)
{
    const struct kind_file *file = running->file;

    switch (ended->end) {
    case PROCESS_EXITED:
        return mem_format("it ended with status %d", ended->code);
    case PROCESS_KILLED:
        return mem_format("signal %d ended it (%s)", ended->code, strsignal(ended->code));
    case PROCESS_TIMED_OUT:
        return mem_format("it took longer than %g s (Timeout)", (double)file->timeout_ms / 1000);
    case PROCESS_QUIET:
        return mem_format("it printed nothing for %g s (Quiet)", (double)file->quiet_ms / 1000);
    case PROCESS_LONG_LINE:
        return mem_format("it printed a line of more than %d bytes", PROCESS_LINE_MAX);
    default:
        return NULL;
    }
}

static int running_fail(
    struct running *running, const struct process_result *ended, struct error *err)
{
    const char *why = running->output.complaint;
    char *what = running_what(running, ended);

    if (what)
        error_set(err, ERR_INPUT, "%s%s%s", what, *why ? ": " : "", why);
    else
        *err = running->output.err;
    free(what);
    running->may_pass = ended->end == PROCESS_KILLED ||
                        (ended->end == PROCESS_EXITED && ended->code == STATUS_AGAIN);
    return -(int)err->code;
}

/* The URL of the files is a member of a result that is an object. */
static char *running_result(const struct running *running)
{
    const char *said = running->output.result ? running->output.result : "{}";
    json_t *json = json_loads(said, JSON_DECODE_ANY, NULL);
    char *text;

    if (running->files.url && json_is_object(json))
        json_object_set_new(json, "files", json_string(running->files.url));
    text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(json);
    return text;
}

static int running_end(struct running *running, const struct process_result *ended,
    char **ret_result, struct error *err)
{
    program_output_end(&running->output);
    if (ended->end == PROCESS_CANCELED || atomic_load(work_cancel(running->work)))
        return error_set(err, ERR_CANCELED, "canceled");
    if (ended->end != PROCESS_EXITED || ended->code != 0)
        return running_fail(running, ended, err);
    if (running->files.hidden && program_files_show(&running->files, running->work, err) < 0)
        return -(int)err->code;
    *ret_result = running_result(running);
    return 0;
}

/* --- one attempt --- */

static int running_grace_ms(void *ctx)
{
    const struct program_output *output = ctx;

    return work_is_canceled(output->work) ? CANCELED_GRACE_MS : HANDED_GRACE_MS;
}

static int running_process(
    struct running *running, struct process_result *ret_ended, struct error *err)
{
    const struct kind_file *file = running->file;
    char *env[N_VARIABLES + 1], *input = running_input(running);
    const struct process_plan plan = {.argv = file->argv,
        .env = env,
        .folder = file->folder,
        .input = input,
        .memory = file->memory,
        .nice = file->nice,
        .uid = file->uid,
        .gid = file->gid,
        .timeout_ms = file->timeout_ms,
        .quiet_ms = file->quiet_ms,
        .cancel = work_cancel(running->work),
        .ctx = &running->output,
        .line = program_output_line,
        .pause = program_output_pause,
        .complaint = program_output_complaint,
        .tick = program_output_tick,
        .grace_ms = running_grace_ms};
    int rc;

    running_env(running, env);
    rc = process_run(&plan, ret_ended, err);
    for (int i = 0; env[i]; i++)
        free(env[i]);
    free(input);
    return rc;
}

/* The number of an attempt counts the runs of the job, and in each of them the retries. */
static int running_attempt(struct running *running, char **ret_result, struct error *err)
{
    struct process_result ended;
    int rc = program_output_begin(&running->output, err);

    running->may_pass = false;
    running->attempt = (int)work_job(running->work)->run + running->output.n_retries;
    if (rc == 0 && running->file->files)
        rc = program_files_begin(&running->files, work_config(running->work),
            work_job(running->work), running->file->uid, running->file->gid, err);
    if (rc == 0)
        rc = running_process(running, &ended, err);
    if (rc == 0)
        rc = running_end(running, &ended, ret_result, err);
    program_files_end(&running->files);
    return rc;
}

/* --- all attempts --- */

/* Doubling, and a quarter more or less, so that jobs that failed together come apart. */
static int64_t running_wait_ms(const struct running *running)
{
    int64_t ms = running->file->retry_after_ms;

    for (int i = 0; i < running->output.n_retries && ms < WAIT_MOST_MS; i++)
        ms *= 2;
    if (ms > WAIT_MOST_MS)
        ms = WAIT_MOST_MS;
    return ms * (750 + (int64_t)randombytes_uniform(501)) / 1000;
}

/* Viewers learn why nothing comes. */
static int running_tell(
    struct running *running, int64_t wait_ms, const struct error *why, struct error *err)
{
    json_t *json = shape_json(&event_retry, running->attempt + 1, wait_ms, error_public_text(why));
    char *text = json_dumps(json, JSON_COMPACT);
    int rc = work_emit(running->work, NULL, event_retry.name, text, err);

    free(text);
    json_decref(json);
    return rc;
}

/* -ERR_CANCELED: not to be waited for any more. */
static int running_wait(struct running *running, struct error *why)
{
    static const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000};
    char was[sizeof why->text];
    int64_t wait_ms = running_wait_ms(running), until = clock_monotonic_ms() + wait_ms;
    struct error err;

    config_hide_paths(work_config(running->work), why, was);
    log_warning("job %s: attempt %d: %s; the next in %.1f s", work_job(running->work)->id,
        running->attempt, was, (double)wait_ms / 1000);
    if (running_tell(running, wait_ms, why, &err) < 0) {
        *why = err;
        return -(int)err.code;
    }
    while (clock_monotonic_ms() < until) {
        if (atomic_load(work_cancel(running->work)))
            return error_set(why, ERR_CANCELED, "canceled");
        nanosleep(&step, NULL);
    }
    return 0;
}

int program_run(struct work *work, char **ret_result, struct error *err)
{
    struct running running = {.work = work,
        .file = &((const struct program_kind *)work_kind(work))->file,
        .output = {.work = work}};
    int rc;

    while ((rc = running_attempt(&running, ret_result, err)) < 0 && running.may_pass &&
           running.output.n_retries < running.file->retry)
        if ((rc = running_wait(&running, err)) < 0)
            break;
    program_output_clear(&running.output);
    return rc;
}
