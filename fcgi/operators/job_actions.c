/* job_actions.c - what an operator does with one job. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "operators/operators.h"
#include "request/answer.h"
#include "request/body.h"
#include "request/server.h"
#include "route/job_json.h"
#include "route/jobs.h"

/* A named answer that is a conflict; the others are those of jobs.h. */
enum { ACTIONS_E_CONFLICT = JOBS_E_FORBIDDEN + 10 };

static void actions_answer(struct request *request, int rc, int status, const struct job_kind *kind,
    const struct job *job, const struct error *err)
{
    if (rc == 0)
        answer_json(request, status, job_json(request->server->config->prefix, kind, job));
    else
        answer_error_as(request, rc == ACTIONS_E_CONFLICT ? 409 : jobs_status(rc, err), err);
}

/* --- retry --- */

static int actions_refuse_retry(const struct job *job, struct error *err)
{
    error_set(err, ERR_INPUT,
        "the job is %s: only one that failed or was canceled can be made again",
        job_state_name(job->state));
    return ACTIONS_E_CONFLICT;
}

/* Kinds that take no input make it from the subject, as it is now.  `*ret_input`: NULL, or the
 * caller frees it. */
static int actions_read_input(struct request *request, const struct job_kind *kind,
    const struct job *job, char **ret_input, struct error *err)
{
    int rc = kind->takes_input ? store_job_input(*request->store, job->id, ret_input, err) : 0;

    if (rc != STORE_E_NOT_FOUND)
        return rc;
    error_set(err, ERR_INPUT,
        "the job's input is not kept any more: it was canceled, or its input is longer than %d "
        "bytes: make a new request",
        STORE_INPUT_KEPT);
    return ACTIONS_E_CONFLICT;
}

/* The same request, made again by hand: it is prepared anew, so what was mended in the meantime
 * counts. */
static int actions_open_again(struct request *request, const struct job_kind *kind,
    const struct job *old, struct job *ret_job, bool *ret_is_new, struct error *err)
{
    struct jobs_terms terms = {.priority = old->priority, .metadata = old->metadata};
    struct job_ask ask = {.subject = old->subject};
    char *input = NULL;
    int rc;

    if (old->state != JOB_FAILED && old->state != JOB_CANCELED)
        return actions_refuse_retry(old, err);
    rc = actions_read_input(request, kind, old, &input, err);
    ask.input = input && strcmp(input, "null") != 0 ? input : NULL;
    if (rc == 0)
        rc = jobs_open(request, kind, &ask, &terms, ret_job, ret_is_new, err);
    free(input);
    return rc;
}

void operators_retry(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job old = {0}, job = {0};
    struct error err;
    bool is_new = false;
    int rc = jobs_find(request, &old, &kind, &err);

    if (rc == 0)
        rc = actions_open_again(request, kind, &old, &job, &is_new, &err);
    if (rc == 0)
        log_info("job %s: an operator asked for it again, and got job %s", old.id, job.id);
    actions_answer(request, rc, is_new ? 202 : 200, kind, &job, &err);
    job_clear(&job);
    job_clear(&old);
}

/* --- priority --- */

/* False: the request was answered. */
static bool actions_read_priority(struct request *request, int *ret_priority)
{
    json_t *body = body_json(request);
    const json_t *member = json_object_get(body, "priority");
    json_int_t priority = json_is_integer(member) ? json_integer_value(member) : -1;
    bool is_good = json_object_size(body) == 1 && priority >= 0 && priority <= JOB_PRIORITY_MAX;

    if (body && !is_good)
        answer_problem(request, 400, "",
            "the body must be one object with the member priority, a whole number from 0 to 9, as "
            "in {\"priority\": 7}");
    *ret_priority = (int)priority;
    json_decref(body);
    return body && is_good;
}

static int actions_set_priority(
    struct request *request, const char *id, int priority, struct job *ret_job, struct error *err)
{
    int rc = store_job_set_priority(*request->store, id, priority, ret_job, err);

    if (rc == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %.64s not found", id);
    if (rc != 0 || ret_job->state == JOB_QUEUED)
        return rc;
    error_set(err, ERR_INPUT, "the job is %s: a priority is for jobs that wait",
        job_state_name(ret_job->state));
    return ACTIONS_E_CONFLICT;
}

void operators_set_priority(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job old = {0}, job = {0};
    struct error err;
    int priority, rc;

    if (!actions_read_priority(request, &priority))
        return;
    rc = jobs_find(request, &old, &kind, &err);
    if (rc == 0)
        rc = actions_set_priority(request, old.id, priority, &job, &err);
    if (rc == 0) {
        log_info("job %s: an operator gave it the priority %d", job.id, priority);
        hub_poke(request->server->hub);
    }
    actions_answer(request, rc, 200, kind, &job, &err);
    job_clear(&job);
    job_clear(&old);
}
