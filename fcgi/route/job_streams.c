/* job_streams.c - the streams of one job: at the paths of the kinds, and by the job's id. */
#include <stdio.h>
#include <string.h>

#include "request/answer.h"
#include "request/handover.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/job_feed.h"
#include "route/jobs.h"
#include "route/route.h"

/* Has the client seen events of this job?  The id of another job's event does not count. */
static bool job_stream_has_seen(
    const struct request *request, const struct job *job, uint64_t *ret_seq)
{
    char seen_id[JOB_ID_LEN + 1];

    return job_event_id_parse(request->last_event_id, seen_id, ret_seq) &&
           strcmp(seen_id, job->id) == 0;
}

/* A client may have seen events that the journal does not have any more, after a backup was put in
 * place or a standby took over that had not got all of it.  Such a client gets all events anew.
 * Who wants no history gets of an ended job the last event. */
static void job_stream_answer(struct request *request, const struct job_kind *kind,
    const struct job *job, bool has_seen, uint64_t seen)
{
    bool is_final = job_state_is_final(job->state), is_resumed = has_seen && seen <= job->last_seq;
    struct job_shown shown = {.kind = kind, .job = *job};
    struct job_cursor cursor = {0};
    bool is_latest = job_feed_is_latest(request);

    strcpy(cursor.job_id, job->id);
    if (is_resumed)
        cursor.seq = seen;
    else if (is_latest)
        cursor.seq = job->last_seq - (is_final && job->last_seq);
    cursor.is_over = is_final && cursor.seq == job->last_seq;
    jobs_set_cookie(request, job);
    job_feed_answer(request, &(struct job_feed_ask){.n = 1,
                                 .shown = &shown,
                                 .cursors = &cursor,
                                 .is_resumed = is_resumed && seen,
                                 .latest = is_latest && !is_resumed ? &cursor : NULL});
}

/* The same for what the client itself says that it has seen. */
static void job_stream_attach(
    struct request *request, const struct job_kind *kind, const struct job *job)
{
    uint64_t seen = 0;
    bool has_seen = job_stream_has_seen(request, job, &seen);

    job_stream_answer(request, kind, job, has_seen, seen);
}

/* Was the job canceled (or will it be) because it had no viewer, without this client being told? */
static bool job_stream_was_left(const struct job *job, uint64_t after)
{
    bool is_told = job->state == JOB_CANCELED && after >= job->last_seq;

    return job->is_left && job->state != JOB_DONE && job->state != JOB_FAILED && !is_told;
}

/* A client that sends the id of an event resumes that job, if its subject is the same: even if the
 * case has changed since, and even if the job has ended.  But if the job was canceled because it
 * had no viewer, a client that was away wants a new one.
 *
 * STORE_E_NOT_FOUND: no such job.  An error says nothing about that: the job may be there. */
static int job_stream_resume(
    struct request *request, const struct job_kind *kind, const char *subject, struct error *err)
{
    char job_id[JOB_ID_LEN + 1];
    struct store *store;
    struct job job = {0};
    uint64_t after;
    int rc;

    if (!job_event_id_parse(request->last_event_id, job_id, &after))
        return STORE_E_NOT_FOUND;
    rc = request_store(request, &store, err);
    if (rc == 0)
        rc = store_job_get(store, job_id, &job, err);
    if (rc != 0)
        return rc;
    if (strcmp(job.kind, kind->name) == 0 && strcmp(job.subject, subject) == 0 &&
        !job_stream_was_left(&job, after))
        job_stream_answer(request, kind, &job, true, after);
    else
        rc = STORE_E_NOT_FOUND;
    job_clear(&job);
    return rc;
}

static void job_stream_open(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    struct job job = {0};
    struct error err;
    bool is_new;
    int rc =
        jobs_open(request, kind, &(struct job_ask){.subject = subject}, NULL, &job, &is_new, &err);

    if (rc == 0) {
        jobs_note_told(request, &job);
        job_stream_answer(request, kind, &job, false, 0);
    } else if (jobs_is_full(rc)) {
        handover_postpone(request, jobs_status(rc, &err), err.text);
    } else {
        handover_fail(request, jobs_status(rc, &err), kind->last, &err);
    }
    job_clear(&job);
}

static void job_stream_resume_or_open(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    struct error err;
    int rc = job_stream_resume(request, kind, subject, &err);

    if (rc == STORE_E_NOT_FOUND)
        job_stream_open(request, kind, subject);
    else if (rc < 0)
        handover_fail(request, answer_status(&err), kind->last, &err);
}

/* With CASECAST_SECRET_KEY set a GET only attaches, to the job that its secret opens. */
static void job_stream_attach_by_secret(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    char job_id[JOB_ID_LEN + 1];
    struct job job = {0};
    struct store *store;
    struct error err;
    int rc;

    if (secret_check(request->server->config, jobs_secret(request), job_id, &err) < 0) {
        handover_refuse(request, 403, kind->last, err.text);
        return;
    }
    rc = request_store(request, &store, &err);
    if (rc == 0)
        rc = store_job_get(store, job_id, &job, &err);
    if (rc == STORE_E_NOT_FOUND ||
        (rc == 0 && (strcmp(job.kind, kind->name) != 0 || strcmp(job.subject, subject) != 0))) {
        handover_refuse(request, 403, kind->last, "client_secret belongs to another job");
    } else if (rc < 0) {
        handover_fail(request, answer_status(&err), kind->last, &err);
    } else {
        job_stream_attach(request, kind, &job);
    }
    job_clear(&job);
}

static void job_stream_refuse_subject(
    struct request *request, const char *argument, const char *what)
{
    const struct job_kind *kind = request->kind;
    struct error err;

    error_set(&err, ERR_INPUT, "%s %s: name a %s, as in %s?%s=%s", argument, what,
        kind->subject_name, request->path, argument, kind->subject_example);
    handover_refuse(request, 400, kind->last, err.text);
}

/* The subject in the query, as in caseId=1; the first, if there are several.  NULL: there is none
 * of this kind, and the request was answered. */
static const char *job_stream_subject(struct request *request)
{
    char name[JOB_KIND_MAX + sizeof "Id"];
    const struct argument *argument;
    struct error err;

    snprintf(name, sizeof name, "%sId", request->kind->subject_name);
    argument = arguments_find(&request->arguments, name);
    if (!argument) {
        job_stream_refuse_subject(request, name, "is missing");
    } else if (!*argument->value) {
        job_stream_refuse_subject(request, name, "is empty");
    } else if (strlen(argument->value) != argument->value_len) {
        job_stream_refuse_subject(request, name, "holds a NUL");
    } else if (kind_subject_check(request->kind, argument->value, &err) == 0) {
        return argument->value;
    } else {
        error_where(&err, "%s ", name);
        handover_refuse(request, 400, request->kind->last, err.text);
    }
    return NULL;
}

void route_job_stream(struct request *request)
{
    const char *subject;

    if (handover_was_refused(request) || job_feed_refuse_from(request, request->kind->last))
        return;
    subject = job_stream_subject(request);
    if (!subject)
        return;
    if (request->is_head)
        job_feed_answer_head(request);
    else if (secret_is_needed(request->server->config))
        job_stream_attach_by_secret(request, request->kind, subject);
    else
        job_stream_resume_or_open(request, request->kind, subject);
}

void route_job_events(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc;

    if (handover_was_refused(request) ||
        job_feed_refuse_from(request, jobs_last_message(request, NULL)))
        return;
    rc = jobs_find(request, &job, &kind, &err);
    if (rc != 0)
        handover_fail(request, jobs_status(rc, &err), jobs_last_message(request, kind), &err);
    else if (request->is_head)
        job_feed_answer_head(request);
    else
        job_stream_attach(request, kind, &job);
    job_clear(&job);
}
