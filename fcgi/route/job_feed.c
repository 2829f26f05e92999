/* job_feed.c - the stream of a job: its journal so far (the replay), then its new events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/answer.h"
#include "request/handover.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/jobs.h"
#include "route/replay.h"
#include "route/route.h"
#include "sse/sse.h"

struct job_feed {
    struct handover handover; /* first: the stream frees the feed by this address */
    struct watch watch;
    struct stream *stream;
    struct replay_request *reading; /* the piece that is being read; NULL: none */
    char job_id[JOB_ID_LEN + 1];
    uint64_t seq;      /* the last event of the replay */
    uint64_t position; /* the end of the journal when the replay was read */
    bool is_cut;       /* there is more to replay */
    bool is_ended;     /* the replay holds the job's last event */
    bool is_live;      /* the job had not ended when the stream began */
};

/* --- loop --- */

static void job_feed_deliver(struct watch *watch, struct frame *frame, bool is_last)
{
    struct job_feed *feed = list_item(&watch->link, struct job_feed, watch.link);
    struct stream *stream = feed->stream;

    if (!frame) {
        stream_close(stream, STREAM_DRAINED);
        return;
    }
    if (feed->is_cut)
        return; /* too early: the replay brings it, or the watch after the replay */
    stream_send(stream, frame);
    if (is_last)
        stream_close(stream, STREAM_FINISHED);
}

static void job_feed_closed(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    watch_close(&feed->watch);
    if (feed->reading)
        feed->reading->feed = NULL;
}

static void job_feed_watch(struct job_feed *feed)
{
    if (hub_watch(feed->handover.server->hub, &feed->watch, feed->job_id, feed->position) ==
        HUB_E_BEHIND)
        stream_close(feed->stream,
            STREAM_DRAINED); /* the client reconnects with its last id, and reads the store again */
}

static void job_feed_read_on(struct stream *stream);

/* All that was read is queued: reads on, watches, or ends. */
static void job_feed_go_on(struct job_feed *feed)
{
    if (feed->is_ended)
        stream_close(feed->stream, STREAM_FINISHED);
    else if (feed->is_cut)
        stream_when_written(feed->stream, job_feed_read_on);
    else
        job_feed_watch(feed);
}

static void job_feed_take(struct replay_request *reading)
{
    struct job_feed *feed = reading->feed;

    feed->reading = NULL;
    if (reading->frame)
        stream_replay(feed->stream, reading->frame);
    if (reading->is_refused) {
        stream_close(feed->stream, STREAM_DRAINED);
        return;
    }
    feed->seq = reading->replay.seq;
    feed->position = reading->replay.position;
    feed->is_cut = reading->replay.is_cut;
    feed->is_ended = reading->replay.is_ended;
    job_feed_go_on(feed);
}

static void job_feed_read_on(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    feed->reading =
        replays_ask(feed->handover.server->replays, feed->job_id, feed->seq, job_feed_take, feed);
}

static void job_feed_start(struct handover *handover)
{
    struct job_feed *feed = (struct job_feed *)handover;

    feed->stream = handover_open(handover, job_feed_closed);
    feed->watch.deliver = job_feed_deliver;
    if (feed->is_cut && feed->is_live)
        job_feed_watch(feed); /* it counts as a viewer while it still reads the replay */
    job_feed_go_on(feed);
}

/* --- responder --- */

static void job_feed_hand_over(struct request *request, const struct job_kind *kind,
    const struct job *job, const struct replay *replay)
{
    struct job_feed *feed = mem_new(struct job_feed);
    struct buf opening = {0};

    handover_head(&opening, request);
    hub_encode_job(&opening, kind, job);
    buf_add(&opening, replay->bytes.data, replay->bytes.len);
    if (!replay->is_ended && !replay->is_cut)
        hub_encode_progress(&opening, job);
    strcpy(feed->job_id, job->id);
    jobs_watcher(request, feed->watch.watcher);
    feed->seq = replay->seq;
    feed->position = replay->position;
    feed->is_cut = replay->is_cut;
    feed->is_ended = replay->is_ended;
    feed->is_live = !job_state_is_final(job->state);
    handover_post(request, &feed->handover, &opening, job_feed_start);
}

/* The last event of this job that the client has seen.  The id of another job's event does not
 * count. */
static uint64_t job_feed_seen(const struct request *request, const char *job_id)
{
    char seen_id[JOB_ID_LEN + 1];
    uint64_t seq;

    if (job_event_id_parse(request->last_event_id, seen_id, &seq) && strcmp(seen_id, job_id) == 0)
        return seq;
    return 0;
}

static void job_feed_count(struct server *server, const struct job *job, uint64_t after)
{
    if (after)
        atomic_fetch_add(&server->n_resumed, 1);
    else if (job_state_is_final(job->state))
        atomic_fetch_add(&server->n_replayed, 1);
}

/* A client may have seen events that the journal does not have any more, after a backup was put in
 * place or a standby took over that had not got all of it.  Such a client gets all events anew. */
static uint64_t job_feed_after(const struct job *job, uint64_t seen)
{
    return seen > job->last_seq ? 0 : seen;
}

/* Answers with the events of `job` after those that were seen, and those that follow. */
static void job_feed_attach(
    struct request *request, const struct job_kind *kind, const struct job *job, uint64_t seen)
{
    uint64_t after = job_feed_after(job, seen);
    struct replay replay;
    struct error err;

    job_feed_count(request->server, job, after);
    jobs_set_cookie(request, job);
    if (replay_read(*request->store, job->id, after, &replay, &err) < 0)
        handover_fail(request, answer_status(&err), kind->last, &err);
    else if (replay.bytes.len == 0 && job_state_is_final(job->state))
        answer_empty(request, 204);
    else
        job_feed_hand_over(request, kind, job, &replay);
    buf_free(&replay.bytes);
}

/* Was the job canceled (or will it be) because it had no viewer, without this client being told? */
static bool job_feed_was_left(const struct job *job, uint64_t after)
{
    bool is_told = job->state == JOB_CANCELED && after >= job->last_seq;

    return job->is_left && job->state != JOB_DONE && job->state != JOB_FAILED && !is_told;
}

/* A client that sends the id of an event resumes that job, if its subject is the same: even if the
 * case has changed since, and even if the job has ended.  But if the job was canceled because it
 * had no viewer, a client that was away wants a new one.
 *
 * STORE_E_NOT_FOUND: no such job.  An error says nothing about that: the job may be there. */
static int job_feed_resume(
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
        !job_feed_was_left(&job, after))
        job_feed_attach(request, kind, &job, after);
    else
        rc = STORE_E_NOT_FOUND;
    job_clear(&job);
    return rc;
}

static void job_feed_open(struct request *request, const struct job_kind *kind, const char *subject)
{
    struct job job = {0};
    struct error err;
    bool is_new;
    int rc = jobs_open(request, kind, &(struct job_ask){.subject = subject}, &job, &is_new, &err);

    if (rc == 0) {
        jobs_note_told(request, &job);
        job_feed_attach(request, kind, &job, 0);
    } else if (rc == STORE_E_FULL) {
        handover_postpone(request, err.text);
    } else {
        handover_fail(request, jobs_status(rc, &err), kind->last, &err);
    }
    job_clear(&job);
}

static void job_feed_resume_or_open(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    struct error err;
    int rc = job_feed_resume(request, kind, subject, &err);

    if (rc == STORE_E_NOT_FOUND)
        job_feed_open(request, kind, subject);
    else if (rc < 0)
        handover_fail(request, answer_status(&err), kind->last, &err);
}

/* With CASECAST_SECRET_KEY set a GET only attaches, to the job that its secret opens. */
static void job_feed_attach_by_secret(
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
        job_feed_attach(request, kind, &job, job_feed_seen(request, job.id));
    }
    job_clear(&job);
}

static void job_feed_answer_head(struct request *request)
{
    struct buf out = {0};

    handover_head(&out, request);
    FCGX_PutStr(out.data, (int)out.len, request->fcgx->out);
    buf_free(&out);
}

static void job_feed_refuse_subject(struct request *request, const char *argument, const char *what)
{
    const struct job_kind *kind = request->kind;
    struct error err;

    error_set(&err, ERR_INPUT, "%s %s: name a %s, as in %s?%s=%s", argument, what,
        kind->subject_name, request->path, argument, kind->subject_example);
    handover_refuse(request, 400, kind->last, err.text);
}

/* The subject in the query, as in caseId=1; the first, if there are several.  NULL: there is none
 * of this kind, and the request was answered. */
static const char *job_feed_subject(struct request *request)
{
    char name[JOB_KIND_MAX + sizeof "Id"];
    const struct argument *argument;
    struct error err;

    snprintf(name, sizeof name, "%sId", request->kind->subject_name);
    argument = arguments_find(&request->arguments, name);
    if (!argument) {
        job_feed_refuse_subject(request, name, "is missing");
    } else if (!*argument->value) {
        job_feed_refuse_subject(request, name, "is empty");
    } else if (strlen(argument->value) != argument->value_len) {
        job_feed_refuse_subject(request, name, "holds a NUL");
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

    if (handover_was_refused(request))
        return;
    subject = job_feed_subject(request);
    if (!subject)
        return;
    if (request->is_head)
        job_feed_answer_head(request);
    else if (secret_is_needed(request->server->config))
        job_feed_attach_by_secret(request, request->kind, subject);
    else
        job_feed_resume_or_open(request, request->kind, subject);
}

void route_job_events(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int rc;

    if (handover_was_refused(request))
        return;
    rc = jobs_find(request, &job, &kind, &err);
    if (rc != 0)
        handover_fail(request, jobs_status(rc, &err), jobs_last_message(request, kind), &err);
    else if (request->is_head)
        job_feed_answer_head(request);
    else
        job_feed_attach(request, kind, &job, job_feed_seen(request, job.id));
    job_clear(&job);
}
