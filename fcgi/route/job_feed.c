/* job_feed.c - see job_feed.h. */
#include "route/job_feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/answer.h"
#include "request/handover.h"
#include "request/server.h"
#include "route/jobs.h"
#include "route/replay.h"
#include "sse/sse.h"

struct job_feed;

struct feed_watch {
    struct watch watch;
    struct job_feed *feed;
    bool is_live; /* the job had not ended when the stream began */
};

struct job_feed {
    struct handover handover; /* first: the stream frees the feed by this address */
    struct stream *stream;
    struct replay_request *reading; /* the piece that is being read; NULL: none */
    uint64_t position;              /* the end of the journal when the replay was read */
    bool is_cut; /* there is more to replay, and live frames are left to the replay */
    bool is_joint;
    size_t n;
    struct job_cursor *cursors; /* what was queued of each job; behind `watches` */
    struct feed_watch watches[];
};

/* --- loop --- */

static void job_feed_finish(struct job_feed *feed)
{
    struct buf bytes = {0};
    struct frame *frame;

    if (feed->is_joint) {
        hub_encode_joint_end(&bytes, feed->n);
        frame = frame_new(&bytes, 0);
        stream_send(feed->stream, frame);
        frame_unref(frame);
        buf_free(&bytes);
    }
    stream_close(feed->stream, STREAM_FINISHED);
}

static void job_feed_read_on(struct stream *stream);

/* More comes than the viewer takes: it gets the rest from the journal when its queue is written. */
static void job_feed_cut(struct job_feed *feed)
{
    feed->is_cut = true;
    stream_when_written(feed->stream, job_feed_read_on);
}

static void job_feed_deliver(struct watch *watch, struct frame *frame, const struct job_cursor *at)
{
    struct feed_watch *own = list_item(&watch->link, struct feed_watch, watch.link);
    struct job_feed *feed = own->feed;

    if (!frame) {
        stream_close(feed->stream, STREAM_DRAINED);
        return;
    }
    if (feed->is_cut)
        return; /* too early: the replay brings it, or the watch after the replay */
    if (!stream_has_room_for(feed->stream, frame)) {
        job_feed_cut(feed);
        return;
    }
    stream_send(feed->stream, frame);
    if (at->seq)
        feed->cursors[own - feed->watches] = *at;
    if (!at->is_over)
        return;
    watch_close(watch);
    if (replay_is_over(feed->cursors, feed->n))
        job_feed_finish(feed);
}

static void job_feed_closed(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    for (size_t i = 0; i < feed->n; i++)
        watch_close(&feed->watches[i].watch);
    if (feed->reading)
        feed->reading->feed = NULL;
}

/* A job whose last event was replayed is watched no more: it would come a second time. */
static void job_feed_watch(struct job_feed *feed)
{
    struct watch *watches[JOB_FEED_MOST];
    const char *ids[JOB_FEED_MOST];
    size_t n = 0;

    for (size_t i = 0; i < feed->n; i++) {
        if (feed->cursors[i].is_over)
            watch_close(&feed->watches[i].watch);
        if (feed->cursors[i].is_over || !feed->watches[i].is_live)
            continue;
        watches[n] = &feed->watches[i].watch;
        ids[n++] = feed->cursors[i].job_id;
    }
    if (n &&
        hub_watch_jobs(feed->handover.server->hub, watches, ids, n, feed->position) == HUB_E_BEHIND)
        stream_close(feed->stream,
            STREAM_DRAINED); /* the client reconnects with its last id, and reads the store again */
}

/* A job that had ended when the stream began, and whose last event is not there: it was forgotten.
 */
static bool job_feed_lacks_job(const struct job_feed *feed)
{
    size_t i = 0;

    while (i < feed->n && (feed->cursors[i].is_over || feed->watches[i].is_live))
        i++;
    return i < feed->n;
}

/* All that was read is queued: reads on, watches, or ends. */
static void job_feed_go_on(struct job_feed *feed)
{
    if (replay_is_over(feed->cursors, feed->n))
        job_feed_finish(feed);
    else if (feed->is_cut)
        stream_when_written(feed->stream, job_feed_read_on);
    else if (job_feed_lacks_job(feed))
        stream_close(feed->stream, STREAM_DRAINED); /* the client reconnects, and is told so */
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
    memcpy(feed->cursors, reading->cursors, feed->n * sizeof *feed->cursors);
    feed->position = reading->replay.position;
    feed->is_cut = reading->replay.is_cut;
    job_feed_go_on(feed);
}

static void job_feed_read_on(struct stream *stream)
{
    struct job_feed *feed = stream->feed;

    feed->reading = replays_ask(feed->handover.server->replays, feed->is_joint, feed->cursors,
        feed->n, job_feed_take, feed);
}

static void job_feed_start(struct handover *handover)
{
    struct job_feed *feed = (struct job_feed *)handover;

    feed->stream = handover_open(handover, job_feed_closed);
    if (feed->is_cut)
        job_feed_watch(feed); /* it counts as a viewer while it still reads the replay */
    job_feed_go_on(feed);
}

/* --- responder --- */

static struct job_feed *job_feed_new(struct request *request, const struct job_feed_ask *ask)
{
    struct job_feed *feed =
        mem_zero(1, sizeof *feed + ask->n * (sizeof *feed->watches + sizeof *feed->cursors));

    feed->is_joint = ask->is_joint;
    feed->n = ask->n;
    feed->cursors = (struct job_cursor *)&feed->watches[ask->n];
    memcpy(feed->cursors, ask->cursors, ask->n * sizeof *ask->cursors);
    for (size_t i = 0; i < ask->n; i++) {
        struct feed_watch *own = &feed->watches[i];

        own->feed = feed;
        own->is_live = !job_state_is_final(ask->shown[i].job.state);
        own->watch.is_joint = ask->is_joint;
        own->watch.deliver = job_feed_deliver;
        jobs_watcher(request, own->watch.watcher);
    }
    return feed;
}

/* The last `job` event tells a client that wants no history what it has seen; where a job has
 * ended, the last event does. */
static void job_feed_add_jobs(struct buf *opening, const struct job_feed_ask *ask)
{
    char id[JOB_CURSOR_TEXT_MAX + 1] = "";
    size_t n_ended = 0;

    for (size_t i = 0; i < ask->n; i++)
        n_ended += job_state_is_final(ask->shown[i].job.state);
    if (ask->latest && n_ended == 0 && ask->is_joint)
        job_cursor_format(ask->latest, id);
    else if (ask->latest && n_ended == 0)
        job_event_id_format(ask->latest->job_id, ask->latest->seq, id);
    for (size_t i = 0; i < ask->n; i++)
        (ask->is_joint ? hub_encode_joint_job : hub_encode_job)(
            opening, *id && i == ask->n - 1 ? id : NULL, ask->shown[i].kind, &ask->shown[i].job);
}

static void job_feed_hand_over(
    struct request *request, const struct job_feed_ask *ask, const struct replay *replay)
{
    struct job_feed *feed = job_feed_new(request, ask);
    struct buf opening = {0};

    handover_head(&opening, request);
    job_feed_add_jobs(&opening, ask);
    buf_add(&opening, replay->bytes.data, replay->bytes.len);
    for (size_t i = 0; i < ask->n && !replay->is_cut; i++)
        if (!ask->cursors[i].is_over)
            (ask->is_joint ? hub_encode_joint_progress : hub_encode_progress)(
                &opening, &ask->shown[i].job);
    feed->position = replay->position;
    feed->is_cut = replay->is_cut;
    handover_post(request, &feed->handover, &opening, job_feed_start);
}

static void job_feed_count(struct server *server, const struct job_feed_ask *ask)
{
    bool are_final = true;

    for (size_t i = 0; i < ask->n; i++)
        are_final &= job_state_is_final(ask->shown[i].job.state);
    if (ask->is_resumed)
        atomic_fetch_add(&server->n_resumed, 1);
    else if (are_final)
        atomic_fetch_add(&server->n_replayed, 1);
}

void job_feed_answer(struct request *request, const struct job_feed_ask *ask)
{
    struct replay replay;
    struct error err;

    job_feed_count(request->server, ask);
    if (replay_read(
            *request->store, ask->is_joint, ask->cursors, ask->n, ask->latest, &replay, &err) < 0)
        handover_fail(
            request, answer_status(&err), ask->is_joint ? NULL : ask->shown->kind->last, &err);
    else if (replay.bytes.len == 0 && replay_is_over(ask->cursors, ask->n))
        answer_empty(request, 204);
    else
        job_feed_hand_over(request, ask, &replay);
    buf_free(&replay.bytes);
}

void job_feed_answer_head(struct request *request)
{
    struct buf out = {0};

    handover_head(&out, request);
    FCGX_PutStr(out.data, (int)out.len, request->fcgx->out);
    buf_free(&out);
}

bool job_feed_is_latest(const struct request *request)
{
    const struct argument *from = arguments_find(&request->arguments, "from");

    return from && strcmp(from->value, "latest") == 0;
}

bool job_feed_refuse_from(struct request *request, const char *last_message)
{
    const struct argument *from = arguments_find(&request->arguments, "from");
    struct error err;

    if (!from || job_feed_is_latest(request))
        return false;
    error_set(
        &err, ERR_INPUT, "from \"%.40s\": must be latest, or left out for all events", from->value);
    handover_refuse(request, 400, last_message, err.text);
    return true;
}
