/* publish.c - `casecast publish`: says what viewers of a job get, whose work is done elsewhere. */
#include "publisher/publisher.h"

#include <unistd.h>

#include "cli/command/options.h"
#include "cli/jobs/jobs.h"
#include "job/job.h"

/* In the order of publish_options. */
enum publish_option { PUBLISH_FAILED };

static const struct option_row publish_options[] = {
    {'f', "failed", "REASON", "ends the job as failed, after the lines", NULL},
    {0, NULL, NULL, NULL, NULL},
};

/* The first look is read-only, so that a wrong CASECAST_DB changes no file. */
static int publish_open(const struct config *config, struct store **ret_store, struct error *err)
{
    int rc = cli_open_store(config, STORE_JOBS, ret_store, err);

    if (rc < 0)
        return rc;
    store_close(*ret_store);
    return store_open_again(config->database, NULL, ret_store, err);
}

/* That the job was canceled is the answer no: nobody has ended this command. */
static int publish_fail(const struct error *err)
{
    int status = cli_fail(err);

    return err->code == ERR_CANCELED ? EXIT_NO : status;
}

/* As JSON the whole job, as it is now. */
static int publish_tell(struct store *store, const char *id, bool goes_on, struct error *err)
{
    struct job job = {0};
    int rc = cli_find_job(store, id, &job, err);

    if (rc == 0 && goes_on)
        term_say("job %s goes on: the last line was no {\"result\":…}\n", id);
    else if (rc == 0)
        term_say("job %s is %s\n", id, job_state_name(job.state));
    if (rc == 0 && term_is_json())
        term_print_json(jobs_json(&job));
    job_clear(&job);
    return rc;
}

static int publish_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    const char *reason = given->values[PUBLISH_FAILED], *id = given->rest[0];
    struct store *store;
    struct error err;
    int rc;

    if (given->n_rest != 1)
        return cli_misused(command, "which job? Give exactly one id");
    if (reason && !*reason)
        return cli_misused(command, "--failed: say why, as in --failed 'no disk space'");
    if (publish_open(config, &store, &err) < 0)
        return cli_fail(&err);
    rc = publish_lines(store, config, id, STDIN_FILENO, reason, &err);
    if (rc == PUBLISH_E_NO_JOB)
        rc = status_missing(&err, "job %.64s not found; `casecast jobs` lists them", id);
    else if (rc >= 0)
        rc = publish_tell(store, id, rc == PUBLISH_E_GOES_ON, &err);
    store_close(store);
    return rc < 0 ? publish_fail(&err) : EXIT_DONE;
}

const struct command command_publish = {"publish", "JOB",
    "says what viewers of a job get, whose work is done elsewhere",
    "\nEach line of the input is a message; {\"event\":…} is a named event, and {\"result\":…} as "
    "the\n"
    "last line ends the job as done.  The same input again adds only what is not there yet.\n",
    publish_run, publish_options};
