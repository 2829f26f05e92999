/* create_job.c - see create_job.h. */
#include "maker/create_job.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command/command.h"
#include "cli/create/interrupt.h"
#include "cli/create/product.h"
#include "cli/jobs/follow.h"
#include "hub/pruner/pruner.h"
#include "kind/kind_video.h"
#include "maker/made.h"
#include "maker/maker.h"
#include "s3/s3.h"
#include "store/store.h"

enum { CANCEL_MS = 10000 /* until a canceled job must have ended */ };

struct create {
    const struct config *config;
    const struct target *target;
    struct job job;      /* as it was opened */
    bool is_new;         /* it was made for this command */
    struct maker *maker; /* NULL: the job had ended before */
    struct follow follow;
};

/* --- before --- */

/* What root makes the service could not replace or remove. */
static int create_check_output(const char *output, struct error *err)
{
    struct stat folder;

    if (geteuid() != 0 || stat(output, &folder) < 0 || folder.st_uid == 0)
        return 0;
    return error_set(err, ERR_INPUT,
        "--job: CASECAST_OUTPUT=%s belongs to the user %u, and root's files in it would not: run "
        "this as that user, as by `sudo -u '#%u' casecast create …`",
        output, (unsigned)folder.st_uid, (unsigned)folder.st_uid);
}

/* A done job whose files were deleted is passed over. */
static int create_ask(
    struct create *create, struct store *store, struct job_request *request, struct error *err)
{
    int rc;

    while ((rc = store_job_open(store, request, &create->job, &create->is_new, err)) == 0 &&
           create->job.state == JOB_DONE && !kind_video.still_good(create->config, &create->job)) {
        request->gone = create->job.number;
        job_clear(&create->job);
    }
    return rc;
}

static int create_open_in(
    struct create *create, struct store *store, const char *case_id, struct error *err)
{
    const struct job_ask ask = {.subject = case_id};
    const struct job_event first = {.data = kind_video.first};
    char key[DIGEST_HEX_LEN + 1], engine[KIND_ENGINE_LEN + 1], *input = NULL;
    struct job_request request = {.kind = kind_video.name,
        .subject = case_id,
        .key = key,
        .engine = engine,
        .first = &first,
        .priority = JOB_PRIORITY_NORMAL,
        .max_queued = INT_MAX}; /* whoever waits at a terminal is no flood */
    int rc = kind_video.prepare(&kind_video, store, create->config, &ask, &input, key, err);

    kind_video.engine(engine);
    request.input = input;
    if (rc == 0)
        rc = create_ask(create, store, &request, err);
    free(input);
    if (rc == 0 && create->job.state == JOB_DONE) /* so that it is kept */
        rc = store_job_asked(store, create->job.id, pruner_fresh_ms(create->config), err);
    return rc > 0 ? -ERR_INPUT : rc;
}

static int create_open(struct create *create, const char *case_id, struct error *err)
{
    struct store *store;
    int rc = store_open(create->config->database, create->config->cases, &store, err);

    if (rc < 0)
        return rc;
    rc = create_open_in(create, store, case_id, err);
    store_close(store);
    return rc;
}

static int create_begin(struct create *create, const char *case_id, struct error *err)
{
    int rc = create_check_output(create->config->output, err);

    if (rc == 0)
        rc = create_open(create, case_id, err);
    if (rc < 0)
        return rc;
    create->follow = (struct follow){.config = create->config, .id = create->job.id};
    if (!create->is_new)
        term_say("job %s %s this video already\n", create->job.id,
            create->job.state == JOB_DONE ? "has made" : "makes");
    if (job_state_is_final(create->job.state))
        return 0;
    create->maker = maker_start(create->config, create->job.id, err);
    return create->maker ? 0 : -(int)err->code;
}

/* --- while it is made --- */

static int create_cancel_in(const struct create *create, struct store *store, bool *ret_is_canceled)
{
    struct error err;
    enum job_state state;
    int n_others = 0;
    int rc =
        store_audience_others(store, create->job.id, maker_watcher(create->maker), &n_others, &err);

    *ret_is_canceled =
        rc == 0 && n_others == 0 && store_job_want_cancel(store, create->job.id, &state, &err) == 0;
    return rc;
}

/* A job that others asked for, or that others watch, goes on without this command. */
static bool create_cancel(const struct create *create)
{
    bool is_canceled = false;
    struct store *store;
    struct error err;

    if (!create->is_new || store_open_again(create->config->database, NULL, &store, &err) < 0)
        return false;
    create_cancel_in(create, store, &is_canceled);
    store_close(store);
    return is_canceled;
}

static int create_interrupted(struct create *create, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + CANCEL_MS;
    bool is_canceled = create_cancel(create);

    while (is_canceled && follow_look(&create->follow, err) == FOLLOW_E_GOES_ON &&
           clock_monotonic_ms() < until_ms)
        usleep(FOLLOW_MS * 1000);
    return error_set(err, ERR_CANCELED, "job %s %s; %s was not made", create->job.id,
        is_canceled ? "is canceled" : "goes on without this command", create->target->path);
}

static int create_watch(struct create *create, struct error *err)
{
    int rc;

    follow_start(&create->follow);
    while ((rc = follow_look(&create->follow, err)) == FOLLOW_E_GOES_ON &&
           !atomic_load(interrupt_flag()))
        usleep(FOLLOW_MS * 1000);
    if (rc == FOLLOW_E_GOES_ON)
        rc = create_interrupted(create, err);
    meter_end(&create->follow.meter);
    return rc;
}

/* --- at its end --- */

static int create_refuse_end(const struct job *job)
{
    fprintf(stderr, "casecast: job %s %s%s%s\n", job->id,
        job->state == JOB_FAILED ? "failed" : "was canceled", job->error ? ": " : "",
        job->error ? job->error : "");
    return EXIT_NO;
}

static int create_finish(struct create *create, int64_t start_ms)
{
    struct product product = {0};
    struct error err;
    off_t size = 0;
    int rc;

    if (create->follow.job.state != JOB_DONE)
        return create_refuse_end(&create->follow.job);
    rc = made_copy(create->config, &create->follow.job, create->target->work, &product, &err);
    if (rc == 0)
        rc = product_publish(&product, create->target, &size, &err);
    if (rc == 0)
        product_tell(&product, create->target->path, size, clock_monotonic_ms() - start_ms);
    product_clear(&product);
    return rc == 0 ? EXIT_DONE : cli_fail(&err);
}

int create_job(const struct config *config, const char *case_id, const struct target *target)
{
    struct create create = {.config = config, .target = target};
    int64_t start_ms = clock_monotonic_ms();
    struct error err;
    int rc = s3_start(config, &err), status;

    if (rc == 0)
        rc = create_begin(&create, case_id, &err);
    if (rc == 0)
        rc = create_watch(&create, &err);
    maker_stop(create.maker);
    status = rc == 0 ? create_finish(&create, start_ms) : cli_fail(&err);
    if (rc == -ERR_CANCELED)
        status = EXIT_SIGNAL + interrupt_signal();
    s3_stop();
    follow_end(&create.follow);
    job_clear(&create.job);
    return status;
}
