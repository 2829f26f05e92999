#include "route/replay.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "request/handover.h"
#include "request/server.h"

/* --- one piece --- */

struct piece {
    const char *job_id;
    struct replay *replay;
};

static bool piece_add(void *ctx, const struct job_event *event)
{
    struct piece *piece = ctx;
    struct replay *replay = piece->replay;

    hub_encode_event(&replay->bytes, piece->job_id, event);
    replay->seq = event->seq;
    replay->is_ended = event->is_final;
    replay->is_cut = !event->is_final && replay->bytes.len >= REPLAY_PIECE;
    return !replay->is_cut;
}

int replay_read(struct store *store, const char *job_id, uint64_t after, struct replay *ret_replay,
    struct error *err)
{
    struct piece piece = {.job_id = job_id, .replay = ret_replay};

    *ret_replay = (struct replay){.seq = after};
    return store_job_events(store, job_id, after, piece_add, &piece, &ret_replay->position, err);
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
    struct link wishes;
    bool must_stop;
};

/* The job may have gone on since the stream began. */
static int replay_add_progress(
    struct store *store, const char *job_id, struct buf *bytes, struct error *err)
{
    struct job job = {0};
    int answer = store_job_get(store, job_id, &job, err);

    if (answer == 0)
        hub_encode_progress(bytes, &job);
    job_clear(&job);
    return answer;
}

static int wish_read(struct replays *replays, struct replay_wish *wish, struct error *err)
{
    struct replay *replay = &wish->replay;
    int answer = store_again(&replays->store, replays->server->config->database, err);

    if (answer == 0)
        answer = replay_read(replays->store, wish->job_id, replay->seq, replay, err);
    if (answer == 0 && !replay->is_cut && !replay->is_ended)
        answer = replay_add_progress(replays->store, wish->job_id, &replay->bytes, err);
    if (answer == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "job %s not found", wish->job_id);
    return answer;
}

static void wish_fulfil(struct replays *replays, struct replay_wish *wish)
{
    struct buf *bytes = &wish->replay.bytes;
    struct error err;

    if (wish_read(replays, wish, &err) != 0) {
        wish->is_refused = true;
        bytes->len = 0;
        stream_come_again(bytes, replays->server->config, &err);
    }
    if (bytes->len)
        wish->frame = frame_new(bytes, false);
    buf_free(bytes);
}

static void wish_free(struct replay_wish *wish)
{
    frame_unref(wish->frame);
    free(wish);
}

static void deliver(struct mail *mail)
{
    struct replay_wish *wish = list_item(&mail->link, struct replay_wish, mail.link);

    if (wish->feed)
        wish->done(wish);
    wish_free(wish);
}

/* NULL: stop. */
static struct replay_wish *wish_next(struct replays *replays)
{
    struct replay_wish *wish = NULL;

    pthread_mutex_lock(&replays->lock);
    while (list_is_empty(&replays->wishes) && !replays->must_stop)
        pthread_cond_wait(&replays->wake, &replays->lock);
    if (!replays->must_stop) {
        wish = list_item(replays->wishes.next, struct replay_wish, mail.link);
        list_remove(&wish->mail.link);
    }
    pthread_mutex_unlock(&replays->lock);
    return wish;
}

static void *thread_main(void *arg)
{
    struct replays *replays = arg;
    struct replay_wish *wish;

    while ((wish = wish_next(replays))) {
        wish_fulfil(replays, wish);
        loop_post(replays->server->loop, &wish->mail, deliver);
    }
    store_close(replays->store);
    return NULL;
}

struct replays *replays_start(struct server *server)
{
    struct replays *replays = mem_new(struct replays);

    replays->server = server;
    list_init(&replays->wishes);
    pthread_mutex_init(&replays->lock, NULL);
    pthread_cond_init(&replays->wake, NULL);
    if (pthread_create(&replays->thread, NULL, thread_main, replays) == 0)
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
    list_each_safe(at, &replays->wishes) wish_free(list_item(at, struct replay_wish, mail.link));
    pthread_cond_destroy(&replays->wake);
    pthread_mutex_destroy(&replays->lock);
    free(replays);
}

struct replay_wish *replays_ask(struct replays *replays, const char *job_id, uint64_t after,
    void (*done)(struct replay_wish *wish), void *feed)
{
    struct replay_wish *wish = mem_new(struct replay_wish);

    strcpy(wish->job_id, job_id);
    wish->replay.seq = after;
    wish->done = done;
    wish->feed = feed;
    pthread_mutex_lock(&replays->lock);
    list_append(&replays->wishes, &wish->mail.link);
    pthread_cond_signal(&replays->wake);
    pthread_mutex_unlock(&replays->lock);
    return wish;
}
