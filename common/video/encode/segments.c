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
#include "base/mem.h"
#include "base/number.h"
#include "video/encode/segment_maker.h"

enum { ENCODERS_MAX = 64, NICENESS = 5 };

struct segments {
    /* fixed after start */
    struct film *film;
    int n, n_encoders;
    const char *cores_file;
    int n_cores;
    int window; /* segments that may be begun ahead of the last that was taken */
    pthread_t threads[ENCODERS_MAX];

    /* atomic: set by the owner and by an encoder that fails, read by all */
    atomic_bool stop;
    /* atomic: added to by encoders */
    atomic_int frames_done, frames_kept;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a segment is done, or taken, or `stop` is set */
    /* under lock */
    struct segment **done; /* by number; NULL: not done, or taken */
    int begun, taken;
    int rc;           /* of the first encoder that failed, or 0 */
    struct error err; /* with `rc` */
};

/* --- encoder threads --- */

/* The number of the next segment; -1: none is left, or stop. */
static int segments_begin(struct segments *all)
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

static void segments_finish(
    struct segments *all, int number, int rc, struct segment *segment, const struct error *err)
{
    pthread_mutex_lock(&all->lock);
    all->done[number] = segment;
    /* The first error counts: later ones are encoders that `stop` has ended. */
    if (rc < 0 && !all->rc) {
        all->rc = rc;
        all->err = *err;
        atomic_store(&all->stop, true);
    }
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

/* Threads that stream, mix or mux come first: a finished segment must reach the viewers before more
 * are made.  An error only makes viewers wait a little longer. */
static void segments_lower_priority(void)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
}

static void *segments_thread(void *ctx)
{
    struct segments *all = ctx;
    struct segment_maker maker = {.film = all->film,
        .cores_file = all->cores_file,
        .n_cores = all->n_cores,
        .stop = &all->stop,
        .frames_done = &all->frames_done,
        .frames_kept = &all->frames_kept};
    struct error err;
    int rc = segment_maker_open(&maker, &err), number;

    segments_lower_priority();
    while ((number = segments_begin(all)) >= 0) {
        struct segment *segment = NULL;

        if (rc == 0)
            rc = segment_maker_make(&maker, number, &segment, &err);
        segments_finish(all, number, rc, segment, &err);
    }
    segment_maker_close(&maker);
    return NULL;
}

/* --- start and stop --- */

/* The cores that this process may use. */
static int segments_core_count(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static int segments_start_threads(struct segments *all, int n, struct error *err)
{
    for (all->n_encoders = 0; all->n_encoders < n; all->n_encoders++) {
        int rc = pthread_create(&all->threads[all->n_encoders], NULL, segments_thread, all);

        if (rc && all->n_encoders == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        if (rc)
            break; /* fewer encoders are only slower */
    }
    return 0;
}

int segments_start(struct film *film, int n_encoders, const char *cores_file, int n_cores,
    struct segments **ret_segments, struct error *err)
{
    int n_usable = segments_core_count(), n = n_encoders > 0 ? n_encoders : n_usable, rc;
    struct segments *all = mem_new(struct segments);

    all->film = film;
    all->n = film->timeline->n_segments;
    all->cores_file = cores_file;
    all->n_cores = number_least(n_cores, n_usable); /* more encoders take memory, not less time */
    n = number_least(number_least(n, ENCODERS_MAX), all->n);
    if (cores_file)
        n = number_least(n, all->n_cores);
    all->window = 2 * n + 1;
    all->done = mem_new_n((size_t)all->n, struct segment *);
    pthread_mutex_init(&all->lock, NULL);
    clock_cond_init(&all->changed);
    rc = segments_start_threads(all, n, err);
    if (rc < 0) {
        segments_stop(all);
        return rc;
    }
    *ret_segments = all;
    return 0;
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

/* --- taking --- */

static void segments_wait_locked(struct segments *all, int wait_ms)
{
    struct timespec until = clock_deadline(wait_ms);

    while (!all->done[all->taken] && !all->rc)
        if (pthread_cond_timedwait(&all->changed, &all->lock, &until) == ETIMEDOUT)
            return;
}

static int segments_take_locked(
    struct segments *all, int wait_ms, struct segment **ret_segment, struct error *err)
{
    if (all->taken == all->n)
        return SEGMENTS_E_END;
    segments_wait_locked(all, wait_ms);
    if (all->rc) {
        if (err)
            *err = all->err;
        return all->rc;
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
    rc = segments_take_locked(segments, wait_ms, ret_segment, err);
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
