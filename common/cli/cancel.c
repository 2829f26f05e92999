/* cancel.c - `casecast cancel JOB`: the operator's, whoever watches. */
#include "cli/cli_private.h"

#include "job/job.h"

/* A file that holds no such job is not touched. */
static int look(const struct config *config, const char *id, struct error *err)
{
    struct job job = {0};
    struct store *store;
    int answer = cli_open_store(config, STORE_JOBS, &store, err);

    if (answer < 0)
        return answer;
    answer = job_id_is_wellformed(id) ? store_job_get(store, id, &job, err) : STORE_E_NOT_FOUND;
    if (answer == STORE_E_NOT_FOUND)
        answer = error_set(err, ERR_INPUT, "job %.64s not found: `casecast jobs` lists them", id);
    store_close(store);
    job_clear(&job);
    return answer;
}

static int cancel(const struct config *config, const char *id, struct error *err)
{
    enum job_state state;
    struct store *store;
    int answer = look(config, id, err);

    if (answer == 0)
        answer = store_open_again(config->database, NULL, &store, err);
    if (answer < 0)
        return answer;
    answer = store_job_want_cancel(store, id, &state, err);
    store_close(store);
    if (answer == 0)
        printf(job_state_is_final(state)
                   ? "job %s has ended already: %s\n"
                   : "job %s is %s, and ends as soon as a responder sees this\n",
            id, job_state_name(state));
    return answer;
}

static int run(const struct command *command, const struct config *config, int argc, char **argv)
{
    struct error err;

    if (argc != 2)
        return cli_misused(command, "which job?  Exactly one id");
    return cancel(config, argv[1], &err) == 0 ? EXIT_DONE : cli_fail(&err);
}

const struct command command_cancel = {"cancel", " JOB", "ends a job, whoever watches it",
    "\nA viewer can cancel only what nobody else watches.  A job that nobody works on ends when a\n"
    "responder is there again.\n",
    run};
