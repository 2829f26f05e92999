/* soundtrack.c - see soundtrack.h. */
#include "video/soundtrack/soundtrack.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"
#include "video/soundtrack/aac.h"
#include "video/soundtrack/stretch.h"

enum { /* packets that the thread may be ahead */
    AHEAD_LEAST = 2 * TIMELINE_RATE / AAC_FRAME,
    AHEAD_MOST = 60 * TIMELINE_RATE / AAC_FRAME,
};

struct soundtrack {
    /* fixed after start */
    struct mix *mix; /* the thread's */
    struct cache *cache;
    AVCodecParameters *parameters;
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a packet is made or taken, or `rc` or `stop` is set */
    /* under lock */
    AVPacket *packets[AHEAD_MOST]; /* by number modulo AHEAD_MOST; made and not taken */
    int64_t made, taken;
    bool stop;
    int rc; /* what follows the last packet: SOUNDTRACK_E_END or an error; 0: not known yet */
    struct error err; /* with `rc` */
};

/* --- the thread --- */

static void soundtrack_put(struct soundtrack *track, AVPacket *packet)
{
    pthread_mutex_lock(&track->lock);
    track->packets[track->made++ % AHEAD_MOST] = packet;
    pthread_cond_broadcast(&track->changed);
    pthread_mutex_unlock(&track->lock);
}

static void soundtrack_end(struct soundtrack *track, int rc, const struct error *err)
{
    pthread_mutex_lock(&track->lock);
    track->rc = rc;
    if (rc < 0)
        track->err = *err;
    pthread_cond_broadcast(&track->changed);
    pthread_mutex_unlock(&track->lock);
}

static bool soundtrack_is_ahead(const struct soundtrack *track)
{
    int64_t most = number_least_64(AHEAD_LEAST + track->taken, AHEAD_MOST);

    return track->made - track->taken >= most;
}

/* Wait until the next packet may be made.  False: stop. */
static bool soundtrack_wait(struct soundtrack *track)
{
    bool stop;

    pthread_mutex_lock(&track->lock);
    while (!track->stop && soundtrack_is_ahead(track))
        pthread_cond_wait(&track->changed, &track->lock);
    stop = track->stop;
    pthread_mutex_unlock(&track->lock);
    return !stop;
}

static int soundtrack_emit(void *ctx, AVPacket *packet, struct error *err)
{
    struct soundtrack *track = ctx;
    AVPacket *own;

    if (!soundtrack_wait(track) || cancel_is_set(track->mix->cancel))
        return cancel_error(err);
    own = av_packet_alloc();
    if (!own)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    av_packet_move_ref(own, packet);
    soundtrack_put(track, own);
    return 0;
}

static void *soundtrack_thread(void *ctx)
{
    struct soundtrack *track = ctx;
    int64_t n = stretch_packets(track->mix->input.n_samples);
    struct stretch stretch;
    struct error err;
    int rc = 0;

    libav_log_clear();
    stretch_init(&stretch);
    while (rc == 0 && stretch.end < n) {
        rc = stretch_next(&stretch, track->mix, &err);
        if (rc == 0)
            rc = stretch_make(&stretch, track->cache, soundtrack_emit, track, &err);
    }
    stretch_close(&stretch);
    soundtrack_end(track, rc < 0 ? rc : SOUNDTRACK_E_END, &err);
    return NULL;
}

/* --- start and stop --- */

/* Of an encoder that encodes nothing. */
static int soundtrack_describe(struct soundtrack *track, struct error *err)
{
    const struct aac_input nothing = {0};
    struct aac aac;
    int rc = aac_open(&nothing, &aac, err);

    if (rc < 0)
        return rc;
    track->parameters = avcodec_parameters_alloc();
    if (!track->parameters || avcodec_parameters_from_context(track->parameters, aac.codec) < 0)
        rc = error_set(err, ERR_LIMIT, "no memory for the sound");
    aac_close(&aac);
    return rc;
}

static int soundtrack_start(struct soundtrack *track, struct error *err)
{
    int rc = pthread_create(&track->thread, NULL, soundtrack_thread, track);

    if (rc)
        return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
    track->has_thread = true;
    return 0;
}

int soundtrack_open(
    struct mix *mix, struct cache *cache, struct soundtrack **ret_track, struct error *err)
{
    struct soundtrack *track = mem_new(struct soundtrack);
    int rc;

    track->mix = mix;
    track->cache = cache;
    pthread_mutex_init(&track->lock, NULL);
    pthread_cond_init(&track->changed, NULL);
    rc = soundtrack_describe(track, err);
    if (rc == 0)
        rc = soundtrack_start(track, err);
    if (rc < 0) {
        soundtrack_close(track);
        return rc;
    }
    *ret_track = track;
    return 0;
}

static void soundtrack_stop(struct soundtrack *track)
{
    pthread_mutex_lock(&track->lock);
    track->stop = true;
    pthread_cond_broadcast(&track->changed);
    pthread_mutex_unlock(&track->lock);
    pthread_join(track->thread, NULL);
}

void soundtrack_close(struct soundtrack *track)
{
    if (!track)
        return;
    if (track->has_thread)
        soundtrack_stop(track);
    for (int64_t i = track->taken; i < track->made; i++)
        av_packet_free(&track->packets[i % AHEAD_MOST]);
    avcodec_parameters_free(&track->parameters);
    pthread_cond_destroy(&track->changed);
    pthread_mutex_destroy(&track->lock);
    free(track);
}

/* --- taking --- */

const AVCodecParameters *soundtrack_parameters(const struct soundtrack *track)
{
    return track->parameters;
}

static void soundtrack_take_locked(struct soundtrack *track, AVPacket *packet)
{
    AVPacket **made = &track->packets[track->taken++ % AHEAD_MOST];

    av_packet_move_ref(packet, *made);
    av_packet_free(made);
    pthread_cond_broadcast(&track->changed);
}

static int soundtrack_end_locked(const struct soundtrack *track, struct error *err)
{
    if (track->rc == SOUNDTRACK_E_END)
        return SOUNDTRACK_E_END;
    if (err)
        *err = track->err;
    return track->rc;
}

int soundtrack_next(struct soundtrack *track, AVPacket *packet, struct error *err)
{
    int rc = 0;

    pthread_mutex_lock(&track->lock);
    while (track->taken == track->made && track->rc == 0)
        pthread_cond_wait(&track->changed, &track->lock);
    if (track->taken < track->made)
        soundtrack_take_locked(track, packet);
    else
        rc = soundtrack_end_locked(track, err);
    pthread_mutex_unlock(&track->lock);
    return rc;
}
