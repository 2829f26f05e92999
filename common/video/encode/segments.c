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
#include "video/encode/segments_private.h"

enum { NICENESS = 5 };

/* --- encoder threads --- */

/* The first segment that was not begun here; `n`: all were. */
static int segments_next_locked(struct segments *all)
{
    while (all->next < all->n && all->is_begun[all->next])
        all->next++;
    return all->next;
}

static int segments_choose_locked(struct segments *all)
{
    int wanted = all->wanted, next = segments_next_locked(all);

    all->wanted = SEGMENT_NONE;
    if (wanted >= 0 && !all->is_begun[wanted])
        return wanted;
    if (next == all->n && !all->sharing)
        return SEGMENT_NONE;
    if (next == all->n || all->n_held >= all->window)
        return SEGMENT_WAIT;
    return all->sharing ? sharing_choose_locked(all, next) : next;
}

/* The number of the next segment; SEGMENT_NONE: none is left, or stop. */
static int segments_begin(struct segments *all)
{
    int number = SEGMENT_NONE;

    pthread_mutex_lock(&all->lock);
    while (!atomic_load(&all->stop)) {
        number = segments_choose_locked(all); /* without the lock while it asks the store */
        if (number != SEGMENT_WAIT || atomic_load(&all->stop))
            break;
        pthread_cond_wait(&all->changed, &all->lock);
    }
    if (atomic_load(&all->stop))
        number = SEGMENT_NONE;
    if (number >= 0) {
        all->is_begun[number] = true;
        all->n_held++;
    }
    pthread_mutex_unlock(&all->lock);
    return number;
}

/* What another machine made is taken meanwhile, perhaps: the bytes are the same. */
static void segments_keep_locked(struct segments *all, int number, struct segment *segment)
{
    if (number < all->taken || all->done[number])
        segment_free(segment);
    else
        all->done[number] = segment;
}

static void segments_finish(
    struct segments *all, int number, int rc, struct segment *segment, const struct error *err)
{
    pthread_mutex_lock(&all->lock);
    segments_keep_locked(all, number, segment);
    /* The first error counts: later ones are encoders that `stop` has ended. */
    if (rc < 0 && !all->rc) {
        all->rc = rc;
        all->err = *err;
        atomic_store(&all->stop, true);
    }
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

static void segments_measure(struct segments *all, int number, const struct segment_maker *maker)
{
    if (!all->sharing || !maker->encoded_ms)
        return;
    pthread_mutex_lock(&all->lock);
    sharing_measure_locked(
        all->sharing, all->film->timeline->segments[number].n, maker->encoded_ms);
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
        .cores_file = all->options.cores_file,
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
        segments_measure(all, number, &maker);
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

int segments_start(struct segments *all, struct error *err)
{
    for (; all->n_encoders < all->n_wanted; all->n_encoders++) {
        int rc = pthread_create(&all->threads[all->n_encoders], NULL, segments_thread, all);

        if (rc && all->n_encoders == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        if (rc)
            break; /* fewer encoders are only slower */
    }
    return 0;
}

/* How many encoders. */
static int segments_size(struct segments *all)
{
    const struct segments_options *options = &all->options;
    int n_usable = segments_core_count();
    int n = options->n_encoders > 0 ? options->n_encoders : n_usable;

    /* more encoders take memory, not less time */
    all->n_cores = number_least(options->n_cores, n_usable);
    n = number_least(number_least(n, ENCODERS_MAX), all->n);
    return options->cores_file ? number_least(n, all->n_cores) : n;
}

struct segments *segments_open(const struct segments_options *options)
{
    struct segments *all = mem_new(struct segments);

    all->options = *options;
    all->film = options->film;
    all->n = all->film->timeline->n_segments;
    all->wanted = SEGMENT_NONE;
    all->n_wanted = segments_size(all);
    all->window = 2 * all->n_wanted + 1;
    all->done = mem_new_n((size_t)all->n, struct segment *);
    all->is_begun = mem_new_n((size_t)all->n, bool);
    all->sharing = options->parts ? sharing_new(all) : NULL;
    pthread_mutex_init(&all->lock, NULL);
    clock_cond_init(&all->changed);
    if (all->sharing)
        sharing_open(all);
    return all;
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
    sharing_free(segments->sharing);
    free(segments->is_begun);
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
    segments_wait_locked(all, wait_ms);
    if (all->rc) {
        if (err)
            *err = all->err;
        return all->rc;
    }
    if (!all->done[all->taken])
        return SEGMENTS_E_NOT_YET;
    *ret_segment = all->done[all->taken];
    all->n_held -= all->is_begun[all->taken];
    all->is_begun[all->taken] = true; /* if another machine made it: nobody is to begin it now */
    all->done[all->taken++] = NULL;
    pthread_cond_broadcast(&all->changed);
    return 0;
}

int segments_next(
    struct segments *segments, int wait_ms, struct segment **ret_segment, struct error *err)
{
    int rc = 0;

    if (segments->taken == segments->n) /* only this thread changes it */
        return SEGMENTS_E_END;
    if (segments->sharing) {
        rc = sharing_turn(segments, err);
        wait_ms = sharing_wait_ms(segments, wait_ms);
    }
    if (rc < 0)
        return rc;
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

int segments_machines(const struct segments *segments)
{
    return segments->sharing ? sharing_machines(segments->sharing) : 1;
}
