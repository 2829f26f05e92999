/* cancel.c - `casecast cancel JOB`: the operator's cancel, which no viewer prevents. */
#include "cli/options.h"

#include "job/job.h"

/* Does the database hold the job?  Opened read-only, so that a wrong CASECAST_DB changes no file.
 */
static int cancel_find_job(const struct config *config, const char *id, struct error *err)
{
    struct job job = {0};
    struct store *store;
    int rc = cli_open_store(config, STORE_JOBS, &store, err);

    if (rc < 0)
        return rc;
    rc = job_id_is_wellformed(id) ? store_job_get(store, id, &job, err) : STORE_E_NOT_FOUND;
    if (rc == STORE_E_NOT_FOUND)
        rc = error_set(err, ERR_INPUT, "job %.64s not found; `casecast jobs` lists them", id);
    store_close(store);
    job_clear(&job);
    return rc;
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
        printf(job_state_is_final(state)
                   ? "job %s has ended already: %s\n"
                   : "job %s is %s and ends as soon as a responder reads this\n",
            id, job_state_name(state));
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
