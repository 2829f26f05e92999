/* replay.c - see replay.h. */
#include "route/replay.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "request/handover.h"
#include "request/server.h"

/* --- one piece --- */

struct piece {
    struct replay *replay;
    struct job_cursor *cursors;
    size_t n;
    const struct job_cursor *latest;
    int n_events;
};

bool replay_is_over(const struct job_cursor *cursors, size_t n)
{
    size_t i = 0;

    while (i < n && cursors[i].is_over)
        i++;
    return i == n;
}

static bool replay_goes_on(struct piece *piece)
{
    struct replay *replay = piece->replay;

    replay->is_cut = replay->bytes.len >= REPLAY_PIECE && !replay_is_over(piece->cursors, piece->n);
    return !replay->is_cut;
}

static bool replay_add_event(void *ctx, const struct job_event *event)
{
    struct piece *piece = ctx;
    struct job_cursor *cursor = piece->cursors;

    hub_encode_event(&piece->replay->bytes, cursor->job_id, event);
    cursor->seq = event->seq;
    cursor->is_over = event->is_final;
    return replay_goes_on(piece);
}

static bool replay_add_joint_event(
    void *ctx, const struct job_cursor *at, const struct job_event *event)
{
    struct piece *piece = ctx;
    const struct job_cursor *latest = piece->latest;
    bool is_before = latest && at->position <= latest->position;

    hub_encode_joint_event(&piece->replay->bytes, is_before ? latest : at, at->job_id, event);
    piece->n_events++;
    return replay_goes_on(piece);
}

static int replay_read_joint(struct store *store, struct piece *piece, struct error *err)
{
    struct replay *replay = piece->replay;
    int rc = store_cursors_read(store, piece->cursors, piece->n, REPLAY_JOINT_EVENTS,
        replay_add_joint_event, piece, &replay->position, err);

    if (piece->n_events == REPLAY_JOINT_EVENTS)
        replay->is_cut = !replay_is_over(piece->cursors, piece->n);
    return rc;
}

int replay_read(struct store *store, bool is_joint, struct job_cursor *cursors, size_t n,
    const struct job_cursor *latest, struct replay *ret_replay, struct error *err)
{
    struct piece piece = {.replay = ret_replay, .cursors = cursors, .n = n, .latest = latest};

    *ret_replay = (struct replay){0};
    if (is_joint)
        return replay_read_joint(store, &piece, err);
    return store_job_events(
        store, cursors->job_id, cursors->seq, replay_add_event, &piece, &ret_replay->position, err);
}

/* --- the thread --- */

struct replays {
    /* fixed after start */
    struct server *server;
    pthread_t thread;

    struct store *store; /* the thread's own */

    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* under lock */
    struct link requests;
    bool must_stop;
};

/* The progress may have changed since the stream began. */
static int replay_add_progress(
    struct store *store, const char *job_id, bool is_joint, struct buf *bytes, struct error *err)
{
    struct job job = {0};
    int rc = store_job_get(store, job_id, &job, err);

    if (rc == 0 && is_joint)
        hub_encode_joint_progress(bytes, &job);
    else if (rc == 0)
        hub_encode_progress(bytes, &job);
    if (rc == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %s not found", job_id);
    job_clear(&job);
    return rc;
}

static int replays_read(struct replays *replays, struct replay_request *asked, struct error *err)
{
    struct replay *replay = &asked->replay;
    int rc = store_keep_open(&replays->store, replays->server->config->database, NULL, err);

    if (rc == 0)
        rc = replay_read(
            replays->store, asked->is_joint, asked->cursors, asked->n, NULL, replay, err);
    if (rc == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %s not found", asked->cursors->job_id);
    for (size_t i = 0; rc == 0 && !replay->is_cut && i < asked->n; i++)
        if (!asked->cursors[i].is_over)
            rc = replay_add_progress(
                replays->store, asked->cursors[i].job_id, asked->is_joint, &replay->bytes, err);
    return rc;
}

static void replays_answer(struct replays *replays, struct replay_request *asked)
{
    struct buf *bytes = &asked->replay.bytes;
    struct error err;

    if (replays_read(replays, asked, &err) != 0) {
        asked->is_refused = true;
        bytes->len = 0;
        handover_add_retry(bytes, replays->server->config, &err);
    }
    if (bytes->len)
        asked->frame = frame_new(bytes, false);
    buf_free(bytes);
}

static void replay_request_free(struct replay_request *asked)
{
    frame_unref(asked->frame);
    free(asked);
}

static void replays_deliver(struct mail *mail)
{
    struct replay_request *asked = list_item(&mail->link, struct replay_request, mail.link);

    if (asked->feed)
        asked->done(asked);
    replay_request_free(asked);
}

/* Under lock, but for the closing of a connection that was of no use for a while: the loop asks. */
static void replays_wait(struct replays *replays)
{
    struct timespec until = clock_deadline(STORE_SPARE_MS);

    if (!replays->store) {
        pthread_cond_wait(&replays->wake, &replays->lock);
    } else if (pthread_cond_timedwait(&replays->wake, &replays->lock, &until) == ETIMEDOUT) {
        pthread_mutex_unlock(&replays->lock);
        store_keep_none(&replays->store);
        pthread_mutex_lock(&replays->lock);
    }
}

/* NULL: stop. */
static struct replay_request *replays_next(struct replays *replays)
{
    struct replay_request *asked = NULL;

    pthread_mutex_lock(&replays->lock);
    while (list_is_empty(&replays->requests) && !replays->must_stop)
        replays_wait(replays);
    if (!replays->must_stop) {
        asked = list_item(replays->requests.next, struct replay_request, mail.link);
        list_remove(&asked->mail.link);
    }
    pthread_mutex_unlock(&replays->lock);
    return asked;
}

static void *replays_thread(void *arg)
{
    struct replays *replays = arg;
    struct replay_request *asked;

    while ((asked = replays_next(replays))) {
        replays_answer(replays, asked);
        loop_post(replays->server->loop, &asked->mail, replays_deliver);
    }
    store_close(replays->store);
    return NULL;
}

struct replays *replays_start(struct server *server)
{
    struct replays *replays = mem_new(struct replays);

    replays->server = server;
    list_init(&replays->requests);
    pthread_mutex_init(&replays->lock, NULL);
    clock_cond_init(&replays->wake);
    if (pthread_create(&replays->thread, NULL, replays_thread, replays) == 0)
        return replays;
    log_error("no thread can be started: the limit of processes is reached");
    free(replays);
    return NULL;
}

void replays_stop(struct replays *replays)
{
    pthread_mutex_lock(&replays->lock);
    replays->must_stop = true;
    pthread_cond_signal(&replays->wake);
    pthread_mutex_unlock(&replays->lock);
    pthread_join(replays->thread, NULL);
    list_each_safe(at, &replays->requests)
        replay_request_free(list_item(at, struct replay_request, mail.link));
    pthread_cond_destroy(&replays->wake);
    pthread_mutex_destroy(&replays->lock);
    free(replays);
}

struct replay_request *replays_ask(struct replays *replays, bool is_joint,
    const struct job_cursor *cursors, size_t n, void (*done)(struct replay_request *asked),
    void *feed)
{
    struct replay_request *asked = mem_zero(1, sizeof *asked + n * sizeof *cursors);

    asked->is_joint = is_joint;
    asked->n = n;
    memcpy(asked->cursors, cursors, n * sizeof *cursors);
    asked->done = done;
    asked->feed = feed;
    pthread_mutex_lock(&replays->lock);
    list_append(&replays->requests, &asked->mail.link);
    pthread_cond_signal(&replays->wake);
    pthread_mutex_unlock(&replays->lock);
    return asked;
}
