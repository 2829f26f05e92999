/* job_feed.h - the stream of one job, or of several: their journals so far (the replay), then their
 * new events.  Responder thread. */
#pragma once

#include "hub/kind/kind.h"
#include "request/request.h"

enum { JOB_FEED_MOST = 100 /* jobs of a stream */ };

/* A job of a stream, as it was when the stream began. */
struct job_shown {
    const struct job_kind *kind;
    struct job job;
};

struct job_feed_ask {
    bool is_joint; /* the stream is one of several jobs (hub/kind/encode.h); else `n` is 1 */
    size_t n;
    const struct job_shown *shown;
    struct job_cursor
        *cursors;    /* one a job: what the client has seen of it.  The answer moves them */
    bool is_resumed; /* a Last-Event-ID told them */
    /* The client wants no history: what the `job` event tells it that it has seen, if no job has
     * ended.  NULL: it gets all behind the cursors. */
    const struct job_cursor *latest;
};

/* Answers with the events behind the cursors and those that follow.  204: there are none, and none
 * will come. */
void job_feed_answer(struct request *request, const struct job_feed_ask *ask);

/* HEAD. */
void job_feed_answer_head(struct request *request);

/* Is the argument `from` "latest": does the client want no history? */
bool job_feed_is_latest(const struct request *request);
/* True: it is another text, and the request was refused; `last_message` as for handover_refuse().
 */
bool job_feed_refuse_from(struct request *request, const char *last_message);
