/* segments.c - see segments.h. */
#include "video/encode/segments.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/encode/cores.h"
#include "video/encode/encoder.h"

enum { ENCODERS_MAX = 64, NICENESS = 5 };

struct segments {
    /* fixed after start */
    struct film *film;
    int n, n_encoders;
    const char *cores_file;
    int n_cores;
    int window; /* segments that may be begun beyond what was taken */
    pthread_t threads[ENCODERS_MAX];

    atomic_bool stop; /* set by the owner and by an encoder that fails, read by all */
    atomic_int frames_done, frames_kept; /* added by encoders */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a segment is done, or taken; or stop */
    /* under lock */
    struct segment **done; /* by number; NULL: not yet, or taken */
    int begun, taken;
    int failed; /* 0, or the first failure's code */
    struct error why;
};

static int keep_packet(void *ctx, AVPacket *packet, struct error *err)
{
    return segment_add(ctx, packet, err);
}

/* What one encoder thread keeps from segment to segment. */
struct bench {
    struct segments *all;
    struct film_painter painter;
    struct core core;
};

static int encode_frames(struct bench *bench, const struct timeline_segment *plan,
    struct encoder *encoder, const struct encoder_sink *sink, struct error *err)
{
    struct segments *all = bench->all;

    for (int i = 0; i < plan->n; i++) {
        struct yuv canvas;
        int rc;

        if (atomic_load_explicit(&all->stop, memory_order_relaxed) ||
            !core_keep(&bench->core, &all->stop))
            return error_set(err, ERR_CANCELED, "canceled");
        rc = encoder_canvas(encoder, &canvas, err);
        if (rc < 0)
            return rc;
        film_draw(all->film, plan, plan->first + i, &bench->painter, &canvas);
        rc = encoder_add(encoder, i, sink, err);
        if (rc < 0)
            return rc;
        atomic_fetch_add(&all->frames_done, 1);
    }
    return encoder_end(encoder, sink, err);
}

static int copy_headers(const struct encoder *encoder, struct segment *segment, struct error *err)
{
    segment->parameters = avcodec_parameters_alloc();
    if (!segment->parameters ||
        avcodec_parameters_from_context(segment->parameters, encoder->codec) < 0)
        return error_set(err, ERR_LIMIT, "no memory for a segment");
    return 0;
}

static int encode_drawn(struct bench *bench, const struct timeline_segment *plan,
    struct segment *segment, struct error *err)
{
    struct encoder_sink sink = {.ctx = segment, .packet = keep_packet};
    const struct film *film = bench->all->film;
    const struct encoder_format format = {.width = film->width,
        .height = film->height,
        .fps = film->timeline->fps,
        .quality = film->record->quality};
    struct encoder encoder;
    int rc = encoder_open(&format, &encoder, err);

    if (rc < 0)
        return rc;
    rc = copy_headers(&encoder, segment, err);
    if (rc == 0)
        rc = encode_frames(bench, plan, &encoder, &sink, err);
    encoder_close(&encoder);
    return rc;
}

/* Made before, by whoever it was. */
static bool find(struct segments *all, const struct timeline_segment *plan, const char *key,
    struct segment **ret_segment)
{
    struct buf data = {0};
    bool is_there = cache_find(all->film->cache, key, &data) &&
                    segment_unpack(data.data, data.len, ret_segment);

    buf_free(&data);
    if (!is_there)
        return false;
    atomic_fetch_add(&all->frames_done, plan->n);
    atomic_fetch_add(&all->frames_kept, plan->n);
    return true;
}

static void keep(struct segments *all, const char *key, const struct segment *segment)
{
    struct buf data = {0};

    segment_pack(segment, &data);
    cache_keep(all->film->cache, key, data.data, data.len);
    buf_free(&data);
}

static int make(struct bench *bench, const struct timeline_segment *plan, const char *key,
    struct segment **ret_segment, struct error *err)
{
    struct segment *segment;
    int rc = film_segment_begin(bench->all->film, plan, err);

    if (rc < 0)
        return rc;
    segment = segment_new();
    rc = encode_drawn(bench, plan, segment, err);
    if (rc < 0) {
        segment_free(segment);
        return rc == -ERR_CANCELED ? rc
                                   : film_error_where(plan->scene,
                                         plan->is_transition ? "its transition" : "encoding", err);
    }
    keep(bench->all, key, segment);
    *ret_segment = segment;
    return 0;
}

/* With a core in hand. */
static int work(struct bench *bench, int number, struct segment **ret_segment, struct error *err)
{
    struct segments *all = bench->all;
    const struct timeline_segment *plan = &all->film->timeline->segments[number];
    char key[DIGEST_HEX_LEN + 1];
    int rc = film_thumbnail_write(all->film, plan->scene, err);

    if (rc == 0)
        rc = film_segment_key(all->film, plan, key, err);
    if (rc == 0 && !find(all, plan, key, ret_segment))
        rc = make(bench, plan, key, ret_segment, err);
    film_segment_end(all->film, plan);
    if (rc == 0)
        segment_move(*ret_segment, plan->first);
    return rc;
}

/* What shows the first second is waited for. */
static enum core_rank rank_of(const struct timeline *timeline, int number)
{
    return timeline->segments[number].first < timeline->fps ? CORE_FIRST : CORE_NEXT;
}

static int find_or_make(
    struct bench *bench, int number, struct segment **ret_segment, struct error *err)
{
    const struct timeline *timeline = bench->all->film->timeline;
    int rc;

    if (!core_take(&bench->core, rank_of(timeline, number), &bench->all->stop))
        return error_set(err, ERR_CANCELED, "canceled");
    rc = work(bench, number, ret_segment, err);
    core_give(&bench->core);
    return rc;
}

/* The number of the next segment to encode, or -1: none, or stop. */
static int begin(struct segments *all)
{
    int number = -1;

    pthread_mutex_lock(&all->lock);
    while (
        !atomic_load(&all->stop) && all->begun < all->n && all->begun >= all->taken + all->window)
        pthread_cond_wait(&all->changed, &all->lock);
    if (!atomic_load(&all->stop) && all->begun < all->n)
        number = all->begun++;
    pthread_mutex_unlock(&all->lock);
    return number;
}

static void finish(
    struct segments *all, int number, int rc, struct segment *segment, const struct error *why)
{
    pthread_mutex_lock(&all->lock);
    all->done[number] = segment;
    /* Those that stop because another failed come after it. */
    if (rc < 0 && !all->failed) {
        all->failed = rc;
        all->why = *why;
        atomic_store(&all->stop, true);
    }
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

/* What is done must reach the viewers before more is made: whoever streams, mixes or joins goes
 * first. */
static void step_back(void)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(),
        NICENESS); /* where it may not, viewers only wait a little longer */
}

static void *encoder_thread(void *ctx)
{
    struct bench bench = {.all = ctx};
    struct error why, shared;
    int rc = film_painter_open(bench.all->film, &bench.painter, &why), number;

    step_back();
    if (core_open(bench.all->cores_file, bench.all->n_cores, &bench.core, &shared) < 0)
        log_warning("cores are not shared with other works: %s", shared.text);
    while ((number = begin(bench.all)) >= 0) {
        struct segment *segment = NULL;

        if (rc == 0)
            rc = find_or_make(&bench, number, &segment, &why);
        finish(bench.all, number, rc, segment, &why);
    }
    core_close(&bench.core);
    film_painter_close(&bench.painter);
    return NULL;
}

static int core_count(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static int start_threads(struct segments *all, int n, struct error *err)
{
    for (all->n_encoders = 0; all->n_encoders < n; all->n_encoders++) {
        int rc = pthread_create(&all->threads[all->n_encoders], NULL, encoder_thread, all);

        if (rc && all->n_encoders == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        if (rc)
            break; /* fewer are slower, not wrong */
    }
    return 0;
}

int segments_start(struct film *film, int n_encoders, const char *cores_file, int n_cores,
    struct segments **ret_segments, struct error *err)
{
    int n = n_encoders > 0 ? n_encoders : core_count(), rc;
    struct segments *all = mem_new(struct segments);
    pthread_condattr_t attr;

    all->film = film;
    all->n = film->timeline->n_segments;
    all->cores_file = cores_file;
    all->n_cores =
        number_least(n_cores, core_count()); /* more at once are not faster, only larger */
    n = number_least(number_least(n, ENCODERS_MAX), all->n);
    if (cores_file)
        n = number_least(n, all->n_cores);
    all->window = 2 * n + 1;
    all->done = mem_new_n((size_t)all->n, struct segment *);
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&all->changed, &attr);
    pthread_condattr_destroy(&attr);
    rc = start_threads(all, n, err);
    if (rc < 0) {
        segments_stop(all);
        return rc;
    }
    *ret_segments = all;
    return 0;
}

static void wait_locked(struct segments *all, int wait_ms)
{
    int64_t until_ns = clock_monotonic_ns() + (int64_t)wait_ms * 1000000;
    struct timespec until = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};

    while (!all->done[all->taken] && !all->failed)
        if (pthread_cond_timedwait(&all->changed, &all->lock, &until) == ETIMEDOUT)
            return;
}

static int take_locked(
    struct segments *all, int wait_ms, struct segment **ret_segment, struct error *err)
{
    if (all->taken == all->n)
        return SEGMENTS_E_END;
    wait_locked(all, wait_ms);
    if (all->failed) {
        if (err)
            *err = all->why;
        return all->failed;
    }
    if (!all->done[all->taken])
        return SEGMENTS_E_NOT_YET;
    *ret_segment = all->done[all->taken];
    all->done[all->taken++] = NULL;
    pthread_cond_broadcast(&all->changed);
    return 0;
}

int segments_next(
    struct segments *segments, int wait_ms, struct segment **ret_segment, struct error *err)
{
    int rc;

    pthread_mutex_lock(&segments->lock);
    rc = take_locked(segments, wait_ms, ret_segment, err);
    pthread_mutex_unlock(&segments->lock);
    return rc;
}

int segments_frames_done(const struct segments *segments)
{
    return atomic_load(&segments->frames_done);
}

int segments_frames_kept(const struct segments *segments)
{
    return atomic_load(&segments->frames_kept);
}

void segments_stop(struct segments *segments)
{
    if (!segments)
        return;
    pthread_mutex_lock(&segments->lock);
    atomic_store(&segments->stop, true);
    pthread_cond_broadcast(&segments->changed);
    pthread_mutex_unlock(&segments->lock);
    for (int i = 0; i < segments->n_encoders; i++)
        pthread_join(segments->threads[i], NULL);
    for (int i = 0; i < segments->n; i++)
        segment_free(segments->done[i]);
    free(segments->done);
    pthread_cond_destroy(&segments->changed);
    pthread_mutex_destroy(&segments->lock);
    free(segments);
}
