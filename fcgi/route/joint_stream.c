/* joint_stream.c - the stream of several jobs: /api/events/jobs?id=JOB&id=JOB…
 *
 * One id of an event says how far all of them were read: it is a position of the journal, together
 * with the event there (job_cursor_format()), which must be the same when the client comes back.
 * With secrets each job needs its own, and no cookie is set, as there would be one a job. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/answer.h"
#include "request/handover.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/job_feed.h"
#include "route/jobs.h"
#include "route/route.h"

struct joint {
    size_t n;
    struct job_shown shown[JOB_FEED_MOST];
    struct job_cursor cursors[JOB_FEED_MOST];

    /* with secrets: the jobs that those of the request open */
    size_t n_opened;
    char opened[ARGUMENTS_MAX + 1][JOB_ID_LEN + 1];
    struct error refused; /* why one of them opens none */
};

static void joint_free(struct joint *joint)
{
    for (size_t i = 0; i < joint->n; i++)
        job_clear(&joint->shown[i].job);
    free(joint);
}

/* --- who may --- */

static void joint_open_secret(
    const struct request *request, struct joint *joint, const char *secret)
{
    if (*secret && secret_check(request->server->config, secret, joint->opened[joint->n_opened],
                       &joint->refused) == 0)
        joint->n_opened++;
}

static void joint_open_secrets(const struct request *request, struct joint *joint)
{
    error_set(&joint->refused, ERR_INPUT, "each job needs an argument client_secret of its own");
    if (!secret_is_needed(request->server->config))
        return;
    for (int i = 0; i < request->arguments.n; i++)
        if (strcmp(request->arguments.at[i].name, "client_secret") == 0)
            joint_open_secret(request, joint, request->arguments.at[i].value);
    joint_open_secret(request, joint, request_param(request, "HTTP_X_CLIENT_SECRET"));
}

static int joint_admit(
    const struct request *request, struct joint *joint, const char *id, struct error *err)
{
    if (!secret_is_needed(request->server->config) || request->is_operators)
        return 0;
    for (size_t i = 0; i < joint->n_opened; i++)
        if (strcmp(joint->opened[i], id) == 0)
            return 0;
    error_set(err, ERR_INPUT, "job %.64s: no client_secret opens it: %s", id, joint->refused.text);
    return JOBS_E_FORBIDDEN;
}

/* --- which jobs --- */

static bool joint_has(const struct joint *joint, const char *id)
{
    for (size_t i = 0; i < joint->n; i++)
        if (strcmp(joint->cursors[i].job_id, id) == 0)
            return true;
    return false;
}

static int joint_add(
    struct request *request, struct joint *joint, const char *id, struct error *err)
{
    struct job_shown *shown = &joint->shown[joint->n];
    int rc;

    if (joint_has(joint, id))
        return 0;
    if (joint->n == JOB_FEED_MOST)
        return error_set(
            err, ERR_INPUT, "more than %d jobs: open another stream for the rest", JOB_FEED_MOST);
    rc = joint_admit(request, joint, id, err);
    if (rc == 0)
        rc = jobs_get(request, id, &shown->job, &shown->kind, err);
    if (rc == 0)
        strcpy(joint->cursors[joint->n++].job_id, shown->job.id);
    return rc;
}

static int joint_add_all(struct request *request, struct joint *joint, struct error *err)
{
    int rc = 0;

    joint_open_secrets(request, joint);
    for (int i = 0; rc == 0 && i < request->arguments.n; i++)
        if (strcmp(request->arguments.at[i].name, "id") == 0)
            rc = joint_add(request, joint, request->arguments.at[i].value, err);
    if (rc == 0 && joint->n == 0)
        rc = error_set(err, ERR_INPUT,
            "id is missing: name 1 to %d jobs, as in /api/events/jobs?id=JOB&id=JOB",
            JOB_FEED_MOST);
    return rc;
}

/* --- where to begin --- */

/* The cursors are set to the place that Last-Event-ID names.  False: it names none, or none of this
 * journal; an id that is not of these jobs says nothing about them. */
static int joint_resume(
    struct request *request, struct joint *joint, bool *ret_is_resumed, struct error *err)
{
    struct job_cursor seen;
    int rc;

    *ret_is_resumed = false;
    if (!job_cursor_parse(request->last_event_id, &seen))
        return 0;
    rc = store_cursors_find(*request->store, seen.position, joint->cursors, joint->n, err);
    for (size_t i = 0; rc == 0 && i < joint->n; i++)
        if (strcmp(joint->cursors[i].job_id, seen.job_id) == 0)
            *ret_is_resumed =
                joint->cursors[i].seq == seen.seq && joint->cursors[i].position == seen.position;
    return rc;
}

static void joint_begin(struct joint *joint)
{
    for (size_t i = 0; i < joint->n; i++) {
        joint->cursors[i].seq = joint->cursors[i].position = 0;
        joint->cursors[i].is_over = false;
    }
}

/* The newest event of all; of jobs that have ended the last event is still to be sent. */
static int joint_begin_latest(
    struct request *request, struct joint *joint, struct job_cursor *ret_latest, struct error *err)
{
    int rc = store_cursors_find(*request->store, UINT64_MAX, joint->cursors, joint->n, err);

    *ret_latest = joint->cursors[0];
    for (size_t i = 0; rc == 0 && i < joint->n; i++) {
        struct job_cursor *cursor = &joint->cursors[i];

        if (cursor->position > ret_latest->position)
            *ret_latest = *cursor;
        if (cursor->is_over)
            cursor->seq--;
        cursor->is_over = false;
    }
    return rc;
}

static int joint_answer(struct request *request, struct joint *joint, struct error *err)
{
    struct job_feed_ask ask = {
        .is_joint = true, .n = joint->n, .shown = joint->shown, .cursors = joint->cursors};
    struct job_cursor latest;
    int rc = joint_resume(request, joint, &ask.is_resumed, err);

    if (rc == 0 && !ask.is_resumed && job_feed_is_latest(request)) {
        rc = joint_begin_latest(request, joint, &latest, err);
        ask.latest = &latest;
    } else if (rc == 0 && !ask.is_resumed) {
        joint_begin(joint);
    }
    if (rc == 0)
        job_feed_answer(request, &ask);
    return rc;
}

void route_joint_events(struct request *request)
{
    struct joint *joint;
    struct error err;
    int rc;

    if (handover_was_refused(request) || job_feed_refuse_from(request, NULL))
        return;
    joint = mem_new(struct joint);
    rc = joint_add_all(request, joint, &err);
    if (rc == 0 && request->is_head)
        job_feed_answer_head(request);
    else if (rc == 0)
        rc = joint_answer(request, joint, &err);
    if (rc != 0)
        handover_fail(request, jobs_status(rc, &err), NULL, &err);
    joint_free(joint);
}
