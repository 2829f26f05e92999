/* help.c - see help.h.  A thread a core. */
#include "video/encode/help.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/encode/segment_maker.h"
#include "video/watch/parts.h"

enum { THREADS_MAX = 64, NICENESS = 10, NO_CORE_MS = 20 };

struct helping {
    /* fixed after start */
    struct film *film;
    const struct help *help;

    atomic_int frames_done, frames_kept; /* of no interest */
    atomic_bool is_over;                 /* none is left, or a thread has failed */
    atomic_llong until_ms;               /* then none of the threads has had a core for `ms` */

    pthread_mutex_t lock;
    /* under lock */
    int scenes[THREADS_MAX]; /* that a thread works on; INT_MAX: none */
    int rc;                  /* of the first thread that failed */
    struct error err;
};

struct helping_thread {
    struct helping *all;
    int at; /* in scenes */
    pthread_t thread;
};

static bool help_goes_on(const struct helping *all)
{
    return !cancel_is_set(all->help->stop) && !atomic_load(&all->is_over) &&
           clock_monotonic_ms() < atomic_load(&all->until_ms);
}

static void help_had_core(struct helping *all)
{
    atomic_store(&all->until_ms, clock_monotonic_ms() + all->help->ms);
}

/* Segments are claimed in order, so pictures before the first that is worked on are not needed any
 * more.  Should one be, it is loaded again. */
static void help_set_scene(struct helping *all, int at, int scene)
{
    int first = INT_MAX;

    pthread_mutex_lock(&all->lock);
    all->scenes[at] = scene;
    for (int i = 0; i < THREADS_MAX; i++)
        first = number_least(first, all->scenes[i]);
    if (first < INT_MAX)
        film_forget_before(all->film, first);
    pthread_mutex_unlock(&all->lock);
}

static void help_end(struct helping *all, int rc, const struct error *err)
{
    pthread_mutex_lock(&all->lock);
    if (rc < 0 && all->rc == 0) {
        all->rc = rc;
        all->err = *err;
    }
    atomic_store(&all->is_over, true);
    pthread_mutex_unlock(&all->lock);
}

static int help_make_one(
    struct helping_thread *thread, struct segment_maker *maker, int number, struct error *err)
{
    struct helping *all = thread->all;
    const struct help *help = all->help;
    struct segment *segment = NULL;
    int rc;

    help_set_scene(all, thread->at, all->film->timeline->segments[number].scene);
    rc = segment_maker_make_held(maker, number, &segment, err);
    help_set_scene(all, thread->at, INT_MAX);
    segment_free(segment);
    help_had_core(all);
    help->made(help->ctx, number, rc == 0 ? maker->key : NULL);
    return rc;
}

/* The core first: what is claimed must not wait for one.  -ERR_CANCELED: it was wanted here, so the
 * segment was given back. */
static int help_claim_and_make(
    struct helping_thread *thread, struct segment_maker *maker, struct error *err)
{
    const struct help *help = thread->all->help;
    int number = 0, rc = help->claim(help->ctx, &number, err);

    if (rc == 0 && (number < 0 || number >= thread->all->film->timeline->n_segments))
        rc = error_set(err, ERR_INPUT, "the video has no segment %d", number);
    if (rc != 0) {
        core_release(&maker->core);
        return rc;
    }
    return help_make_one(thread, maker, number, err);
}

static int help_loop(struct helping_thread *thread, struct segment_maker *maker, struct error *err)
{
    const struct timespec nap = {.tv_nsec = NO_CORE_MS * 1000000};
    int rc = 0;

    while ((rc == 0 || rc == -ERR_CANCELED) && help_goes_on(thread->all)) {
        if (core_take_spare(&maker->core))
            rc = help_claim_and_make(thread, maker, err);
        else
            nanosleep(&nap, NULL);
    }
    return rc;
}

static void *help_thread(void *ctx)
{
    struct helping_thread *thread = ctx;
    struct helping *all = thread->all;
    struct segment_maker maker = {.film = all->film,
        .cores_file = all->help->cores_file,
        .n_cores = all->help->n_cores,
        .stop = all->help->stop,
        .frames_done = &all->frames_done,
        .frames_kept = &all->frames_kept};
    struct error err;
    int rc = segment_maker_open(&maker, &err);

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    if (rc == 0)
        rc = help_loop(thread, &maker, &err);
    if (rc != 0)
        help_end(all, rc, &err);
    segment_maker_close(&maker);
    return NULL;
}

int help_make(struct film *film, const struct help *help, struct error *err)
{
    struct helping all = {.film = film, .help = help};
    struct helping_thread threads[THREADS_MAX];
    int n = number_least(help->n_cores, THREADS_MAX), n_started = 0;

    pthread_mutex_init(&all.lock, NULL);
    help_had_core(&all);
    for (int i = 0; i < THREADS_MAX; i++)
        all.scenes[i] = INT_MAX;
    for (; n_started < n; n_started++) {
        threads[n_started] = (struct helping_thread){.all = &all, .at = n_started};
        if (pthread_create(&threads[n_started].thread, NULL, help_thread, &threads[n_started]))
            break; /* fewer are only slower */
    }
    for (int i = 0; i < n_started; i++)
        pthread_join(threads[i].thread, NULL);
    pthread_mutex_destroy(&all.lock);
    if (all.rc < 0)
        *err = all.err;
    return all.rc;
}
