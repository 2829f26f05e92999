/* job_feed.c - a viewer of a job: what the journal holds so far, then what comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/handover.h"
#include "request/secret.h"
#include "request/server.h"
#include "route/jobs.h"
#include "route/replay.h"
#include "route/route.h"
#include "sse/sse.h"

struct job_feed {
    struct arrival arrival; /* first: the feed is freed by this address */
    struct watch watch;
    struct stream *stream;
    struct replay_wish *wish; /* the next piece, which is being read; NULL: none is */
    char job_id[JOB_ID_LEN + 1];
    uint64_t seq, position; /* of the last event of the replay; of the journal, as it saw it */
    bool is_cut, is_ended;  /* there is more to replay; the replay holds the last event */
    bool is_live;           /* the job had not ended when the stream began */
};

/* --- loop --- */

static void tell(struct watch *watch, struct frame *frame, bool is_last)
{
    struct job_feed *feed = list_item(&watch->link, struct job_feed, watch.link);
    struct stream *stream = feed->stream;

    if (!frame) {
        stream_close(stream, STREAM_DRAINED);
        return;
    }
    if (feed->is_cut)
        return; /* too early: it comes with the replay, or when that has caught up */
    stream_send(stream, frame);
    if (is_last)
        stream_close(stream, STREAM_FINISHED);
}

static void over(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    watch_close(&feed->watch);
    if (feed->wish)
        feed->wish->feed = NULL;
}

static void feed_watch(struct job_feed *feed)
{
    if (hub_watch(feed->arrival.server->hub, &feed->watch, feed->job_id, feed->position) ==
        HUB_E_BEHIND)
        stream_close(feed->stream,
            STREAM_DRAINED); /* the client comes again by id, and reads the store anew */
}

static void feed_read_on(struct stream *stream);

/* All that is read is queued. */
static void feed_go_on(struct job_feed *feed)
{
    if (feed->is_ended)
        stream_close(feed->stream, STREAM_FINISHED);
    else if (feed->is_cut)
        stream_when_written(feed->stream, feed_read_on);
    else
        feed_watch(feed);
}

static void feed_take(struct replay_wish *wish)
{
    struct job_feed *feed = wish->feed;

    feed->wish = NULL;
    if (wish->frame)
        stream_replay(feed->stream, wish->frame);
    if (wish->is_refused) {
        stream_close(feed->stream, STREAM_DRAINED);
        return;
    }
    feed->seq = wish->replay.seq;
    feed->position = wish->replay.position;
    feed->is_cut = wish->replay.is_cut;
    feed->is_ended = wish->replay.is_ended;
    feed_go_on(feed);
}

static void feed_read_on(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    feed->wish =
        replays_ask(feed->arrival.server->replays, feed->job_id, feed->seq, feed_take, feed);
}

static void start(struct arrival *arrival)
{
    struct job_feed *feed = (struct job_feed *)arrival;

    feed->stream = arrival_open(arrival, over);
    feed->watch.deliver = tell;
    if (feed->is_cut && feed->is_live)
        feed_watch(feed); /* who still reads what was is one of the viewers */
    feed_go_on(feed);
}

/* --- responder --- */

static void hand_over_job(struct request *request, const struct job_kind *kind,
    const struct job *job, const struct replay *replay)
{
    struct job_feed *feed = mem_new(struct job_feed);
    struct buf opening = {0};

    stream_head(&opening, request);
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
    hand_over(request, &feed->arrival, &opening, start);
}

/* How far the client has come with this job; another job's event says nothing about it. */
static uint64_t seen_of(const struct request *request, const char *job_id)
{
    char seen_id[JOB_ID_LEN + 1];
    uint64_t seq;

    if (job_event_id_parse(request->last_event_id, seen_id, &seq) && strcmp(seen_id, job_id) == 0)
        return seq;
    return 0;
}

static void count_attach(struct server *server, const struct job *job, uint64_t after)
{
    if (after)
        atomic_fetch_add(&server->n_resumed, 1);
    else if (job_state_is_final(job->state))
        atomic_fetch_add(&server->n_replayed, 1);
}

/* The events of `job` after `after`, and what follows. */
static void attach(
    struct request *request, const struct job_kind *kind, const struct job *job, uint64_t after)
{
    struct replay replay;
    struct error err;

    count_attach(request->server, job, after);
    jobs_let_in(request, job);
    if (replay_read(*request->store, job->id, after, &replay, &err) < 0)
        stream_fail(request, status_of(&err), kind->last, &err);
    else if (replay.bytes.len == 0 && job_state_is_final(job->state))
        answer_nothing(request, 204);
    else
        hand_over_job(request, kind, job, &replay);
    buf_free(&replay.bytes);
}

/* Canceled, or about to be, as nobody watched it; and who has seen `after` was not there. */
static bool was_left(const struct job *job, uint64_t after)
{
    bool is_told = job->state == JOB_CANCELED && after >= job->last_seq;

    return job->is_left && job->state != JOB_DONE && job->state != JOB_FAILED && !is_told;
}

/* Whoever comes back with the id of an event goes on with that job, if it is one of the same
 * subject: even when the case has changed since, and even when the job has ended.  But who was away
 * when it was canceled as nobody watched it wants it begun anew.
 * STORE_E_NOT_FOUND: there is none such.  An error is not that: the job may be there. */
static int resume(
    struct request *request, const struct job_kind *kind, const char *subject, struct error *err)
{
    char job_id[JOB_ID_LEN + 1];
    struct store *store;
    struct job job = {0};
    uint64_t after;
    int answer;

    if (!job_event_id_parse(request->last_event_id, job_id, &after))
        return STORE_E_NOT_FOUND;
    answer = request_store(request, &store, err);
    if (answer == 0)
        answer = store_job_get(store, job_id, &job, err);
    if (answer != 0)
        return answer;
    if (strcmp(job.kind, kind->name) == 0 && strcmp(job.subject, subject) == 0 &&
        !was_left(&job, after))
        attach(request, kind, &job, after);
    else
        answer = STORE_E_NOT_FOUND;
    job_clear(&job);
    return answer;
}

static void open_and_attach(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    struct job job = {0};
    struct error err;
    bool is_new;
    int answer = jobs_open(request, kind, subject, &job, &is_new, &err);

    if (answer == 0) {
        jobs_told(request, &job);
        attach(request, kind, &job, 0);
    } else if (answer == STORE_E_FULL) {
        stream_postpone(request, err.text);
    } else {
        stream_fail(request, jobs_status(answer, &err), kind->last, &err);
    }
    job_clear(&job);
}

static void resume_or_open(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    struct error err;
    int answer = resume(request, kind, subject, &err);

    if (answer == STORE_E_NOT_FOUND)
        open_and_attach(request, kind, subject);
    else if (answer < 0)
        stream_fail(request, status_of(&err), kind->last, &err);
}

/* With CASECAST_SECRET_KEY set a GET creates nothing: it watches the job that its secret opens. */
static void attach_to_secret(
    struct request *request, const struct job_kind *kind, const char *subject)
{
    char job_id[JOB_ID_LEN + 1];
    struct job job = {0};
    struct store *store;
    struct error err;
    int answer;

    if (secret_check(request->server->config, jobs_secret(request), job_id, &err) < 0) {
        stream_refuse(request, 403, kind->last, err.text);
        return;
    }
    answer = request_store(request, &store, &err);
    if (answer == 0)
        answer = store_job_get(store, job_id, &job, &err);
    if (answer == STORE_E_NOT_FOUND ||
        (answer == 0 && (strcmp(job.kind, kind->name) != 0 || strcmp(job.subject, subject) != 0))) {
        stream_refuse(request, 403, kind->last, "client_secret belongs to another job");
    } else if (answer < 0) {
        stream_fail(request, status_of(&err), kind->last, &err);
    } else {
        attach(request, kind, &job, seen_of(request, job.id));
    }
    job_clear(&job);
}

static void answer_head(struct request *request)
{
    struct buf out = {0};

    stream_head(&out, request);
    FCGX_PutStr(out.data, (int)out.len, request->fcgx->out);
    buf_free(&out);
}

static void refuse_subject(struct request *request, const char *argument, const char *what)
{
    const struct job_kind *kind = request->kind;
    struct error err;

    error_set(&err, ERR_INPUT, "%s %s: name a %s, as in %s?%s=%s", argument, what,
        kind->subject_name, request->path, argument, kind->subject_example);
    stream_refuse(request, 400, kind->last, err.text);
}

/* The subject in the query, as caseId=1 (the first, if there are several); answers by itself and
 * gives NULL when there is none that can be one. */
static const char *subject_of(struct request *request)
{
    char name[JOB_KIND_MAX + sizeof "Id"];
    const struct argument *argument;
    struct error err;

    snprintf(name, sizeof name, "%sId", request->kind->subject_name);
    argument = arguments_find(&request->arguments, name);
    if (!argument) {
        refuse_subject(request, name, "is missing");
    } else if (!*argument->value) {
        refuse_subject(request, name, "is empty");
    } else if (strlen(argument->value) != argument->value_len) {
        refuse_subject(request, name, "holds a NUL");
    } else if (kind_subject_check(request->kind, argument->value, &err) == 0) {
        return argument->value;
    } else {
        error_where(&err, "%s ", name);
        stream_refuse(request, 400, request->kind->last, err.text);
    }
    return NULL;
}

void route_job_stream(struct request *request)
{
    const char *subject;

    if (stream_was_refused(request))
        return;
    subject = subject_of(request);
    if (!subject)
        return;
    if (request->is_head)
        answer_head(request);
    else if (secret_is_needed(request->server->config))
        attach_to_secret(request, request->kind, subject);
    else
        resume_or_open(request, request->kind, subject);
}

void route_job_events(struct request *request)
{
    const struct job_kind *kind = NULL;
    struct job job = {0};
    struct error err;
    int answer;

    if (stream_was_refused(request))
        return;
    answer = jobs_find(request, &job, &kind, &err);
    if (answer != 0)
        stream_fail(request, jobs_status(answer, &err), jobs_last_message(request, kind), &err);
    else if (request->is_head)
        answer_head(request);
    else
        attach(request, kind, &job, seen_of(request, job.id));
    job_clear(&job);
}
