/* end.c - `casecast cancel`, an operator's, which no viewer prevents; `casecast rm` and `casecast
 * prune`: ended jobs that are to be forgotten.  A responder does it, which knows their files. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command/options.h"
#include "cli/jobs/jobs.h"
#include "job/job.h"
#include "sent/unused.h"

/* --- cancel --- */

/* Does the database hold the job?  Opened read-only, so that a wrong CASECAST_DB changes no file.
 */
static int cancel_find_job(const struct config *config, const char *id, struct error *err)
{
    struct job job = {0};
    struct store *store;
    int rc = cli_open_store(config, STORE_JOBS, &store, err);

    if (rc < 0)
        return rc;
    rc = cli_find_job(store, id, &job, err);
    store_close(store);
    job_clear(&job);
    return rc;
}

static void cancel_tell(const char *id, enum job_state state)
{
    const char *name = job_state_name(state);

    if (job_state_is_final(state))
        term_say("job %s has ended already: %s\n", id, name);
    else
        term_say("job %s is %s and ends as soon as a responder reads this\n", id, name);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:b}", "id", id, "state", name, "cancelRequested",
            !job_state_is_final(state)));
}

static int cancel_job(const struct config *config, const char *id, struct error *err)
{
    enum job_state state;
    struct store *store;
    int rc = cancel_find_job(config, id, err);

    if (rc == 0)
        rc = store_open_again(config->database, NULL, &store, err);
    if (rc < 0)
        return rc;
    rc = store_job_want_cancel(store, id, &state, err);
    store_close(store);
    if (rc == 0)
        cancel_tell(id, state);
    return rc;
}

static int cancel_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct error err;

    if (given->n_rest != 1)
        return cli_misused(command, "which job? Give exactly one id");
    return cancel_job(config, given->rest[0], &err) == 0 ? EXIT_DONE : cli_fail(&err);
}

const struct command command_cancel = {"cancel", "JOB", "ends a job, also while others watch it",
    "\nA viewer may cancel only a job that nobody else watches.  If no responder is running,\n"
    "the job ends when one runs again.\n",
    cancel_run, NULL};

/* --- rm --- */

static int rm_want(struct store *store, const char *id, struct error *err)
{
    int rc = job_id_is_wellformed(id) ? store_job_want_forget(store, id, err) : STORE_E_NOT_FOUND;

    if (rc == STORE_E_NOT_FOUND)
        return status_missing(err, "job %.64s not found; `casecast jobs` lists them", id);
    if (rc == STORE_E_LIVE)
        return error_set(
            err, ERR_INPUT, "job %s has not ended: `casecast cancel %s` ends it", id, id);
    return rc;
}

static void rm_tell(const char *id)
{
    term_say("job %s goes within a minute, with its files\n", id);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:b}", "id", id, "goes", true));
}

/* The first look is read-only, so that a wrong CASECAST_DB changes no file. */
static int rm_open(const struct config *config, struct store **ret_store, struct error *err)
{
    int rc = cli_open_store(config, STORE_JOBS, ret_store, err);

    if (rc < 0)
        return rc;
    store_close(*ret_store);
    return store_open_again(config->database, NULL, ret_store, err);
}

static int rm_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    int status = EXIT_DONE;
    struct store *store;
    struct error err;

    if (!given->n_rest)
        return cli_misused(command, "which job? `casecast jobs` lists them");
    if (rm_open(config, &store, &err) < 0)
        return cli_fail(&err);
    for (int i = 0; i < given->n_rest; i++)
        if (rm_want(store, given->rest[i], &err) == 0)
            rm_tell(given->rest[i]);
        else
            status = cli_fail(&err);
    store_close(store);
    return status;
}

const struct command command_rm = {"rm", "JOB…", "forgets ended jobs, with their files",
    "\nA responder does it within a minute; if none is running, when one runs again.  Who asks "
    "for\n"
    "the video afterwards gets it made anew.\n",
    rm_run, NULL};

/* --- prune --- */

/* In the order of prune_options. */
enum prune_option { PRUNE_OLDER, PRUNE_DRY };

static const struct option_row prune_options[] = {
    {'o', "older", "AGE", "not asked for so long, as 30d or 12h (CASECAST_KEEP)", NULL},
    {'n', "dry-run", NULL, "lists them only", NULL},
    {0, NULL, NULL, NULL, NULL},
};

struct prune {
    struct table table;
    char (*ids)[JOB_ID_LEN + 1];
    size_t n;
};

static void prune_add(void *ctx, const struct job *job)
{
    struct prune *prune = ctx;
    char ended[32];

    prune->ids = mem_grow(prune->ids, prune->n + 1, sizeof *prune->ids);
    strcpy(prune->ids[prune->n++], job->id);
    cli_format_span(clock_wall_ms() - job->ended_ms, ended, sizeof ended);
    if (term_is_json())
        term_print_json(jobs_json(job));
    table_add(&prune->table,
        (const char *[]){job->id, job_state_name(job->state), job->kind, job->subject, ended}, 5);
}

/* A job that went meanwhile is gone as wanted. */
static int prune_want(const struct config *config, const struct prune *prune, struct error *err)
{
    struct store *store;
    int rc = store_open_again(config->database, NULL, &store, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc >= 0 && i < prune->n; i++)
        rc = store_job_want_forget(store, prune->ids[i], err);
    store_close(store);
    return rc < 0 ? rc : 0;
}

static int prune_find(
    const struct config *config, int64_t age_ms, struct prune *prune, struct error *err)
{
    struct store *store;
    int rc = cli_open_store(config, STORE_JOBS, &store, err);

    if (rc < 0)
        return rc;
    table_add(&prune->table, (const char *[]){"JOB", "STATE", "KIND", "SUBJECT", "ENDED"}, 5);
    rc = store_job_each_old(store, age_ms, INT_MAX, prune_add, prune, err);
    store_close(store);
    return rc;
}

/* --- files that were sent --- */

struct prune_files {
    bool is_dry;
    size_t n;
};

static void prune_tell_file(void *ctx, const char *digest, int64_t bytes, int64_t age_s)
{
    struct prune_files *files = ctx;
    char age[32];

    files->n++;
    if (!files->is_dry)
        return;
    cli_format_span(age_s * 1000, age, sizeof age);
    if (term_is_json())
        term_print_json(json_pack("{s:s+, s:I, s:I}", "file", BENEATH_SENT, digest, "bytes",
            (json_int_t)bytes, "ageMs", (json_int_t)age_s * 1000));
    else
        term_say(BENEATH_SENT "%s, %lld bytes, asked for %s ago\n", digest, (long long)bytes, age);
}

/* The responders remove them, which may write there. */
static int prune_files(const struct config *config, bool is_dry)
{
    struct prune_files files = {.is_dry = is_dry};
    struct error err;

    if (unused_each(config, prune_tell_file, &files, &err) < 0)
        return cli_fail(&err);
    if (files.n)
        term_say("%zu %s that no case names %s\n", files.n, files.n == 1 ? "file" : "files",
            is_dry ? "would go" : "go within hours");
    return EXIT_DONE;
}

static int prune_show(struct prune *prune, int rc, const struct error *err)
{
    if (!term_is_json())
        return cli_show_table(&prune->table, rc, "No job is that old.", err);
    table_free(&prune->table);
    return rc < 0 ? cli_fail(err) : EXIT_DONE;
}

static int prune_jobs(const struct config *config, int64_t age_ms, bool is_dry)
{
    struct prune prune = {0};
    struct error err;
    int rc = prune_find(config, age_ms, &prune, &err), status;

    if (rc == 0 && !is_dry)
        rc = prune_want(config, &prune, &err);
    status = prune_show(&prune, rc, &err);
    if (rc == 0 && prune.n)
        term_say("%zu %s, with their files\n", prune.n, is_dry ? "would go" : "go within a minute");
    free(prune.ids);
    return status == EXIT_DONE ? prune_files(config, is_dry) : status;
}

static int prune_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    int64_t age_ms = config->keep_ms;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (given->values[PRUNE_OLDER] && !text_span(given->values[PRUNE_OLDER], &age_ms))
        return cli_misused(command, "--older %.60s: must be a time, as 30d, 12h or 90min",
            given->values[PRUNE_OLDER]);
    if (!given->values[PRUNE_OLDER] && !age_ms)
        return cli_misused(command, "CASECAST_KEEP is ever: --older says how old");
    return prune_jobs(config, age_ms, given->values[PRUNE_DRY]);
}

const struct command command_prune = {"prune", "", "forgets the jobs that nobody has asked for",
    "\nThe responders do the same by themselves, as CASECAST_KEEP says.  They also remove files\n"
    "that were sent over HTTP, when no case and no live job names them and nobody has asked for\n"
    "them for a day: these are told, too.\n", prune_run,
    prune_options};
