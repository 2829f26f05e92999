/* each_scene.c - see each_scene.h. */
#include "video/each_scene.h"

#include <pthread.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "base/clock.h"
#include "base/number.h"

/* What the threads share. */
struct each_run {
    const struct each_scene *each;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    int begun, done;  /* scenes; they are begun in order */
    int running;      /* threads */
    int failed;       /* the first scene; n: none */
    int rc;           /* of that scene */
    struct error err; /* of that scene */
};

struct each_thread {
    struct each_run *run;
    int number;
    pthread_t thread;
};

int each_scene_threads(int n)
{
    return number_least(number_least(get_nprocs(), EACH_SCENE_THREADS_MAX), n);
}

/* The number of the next scene; -1: none is left, or one has failed.  All scenes before the failed
 * one have been begun and are worked on to their end, so the reported failure is always the same.
 */
static int each_begin(struct each_run *run)
{
    int scene = -1;

    pthread_mutex_lock(&run->lock);
    if (run->begun < run->each->n && run->failed == run->each->n)
        scene = run->begun++;
    pthread_mutex_unlock(&run->lock);
    return scene;
}

static void each_finish(struct each_run *run, int scene, int rc, const struct error *err)
{
    pthread_mutex_lock(&run->lock);
    run->done++;
    if (rc < 0 && scene < run->failed) {
        run->failed = scene;
        run->rc = rc;
        run->err = *err;
    }
    pthread_mutex_unlock(&run->lock);
}

static void *each_main(void *ctx)
{
    struct each_thread *thread = ctx;
    struct each_run *run = thread->run;
    int scene;

    while ((scene = each_begin(run)) >= 0) {
        struct error err;
        int rc = run->each->work(run->each->ctx, thread->number, scene, &err);

        each_finish(run, scene, rc, &err);
    }
    pthread_mutex_lock(&run->lock);
    run->running--;
    pthread_cond_signal(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

static double each_share_locked(const struct each_run *run)
{
    const struct each_scene *each = run->each;

    return each->from + (each->to - each->from) * run->done / each->n;
}

/* Report the progress until the last thread has ended. */
static void each_report(struct each_run *run)
{
    pthread_mutex_lock(&run->lock);
    for (;;) {
        struct timespec until;

        progress_at(run->each->progress, VIDEO_READING, each_share_locked(run), 0, 0);
        if (run->running == 0)
            break;
        until = clock_deadline(PROGRESS_MS);
        pthread_cond_timedwait(&run->changed, &run->lock, &until);
    }
    pthread_mutex_unlock(&run->lock);
}

static void each_change_running(struct each_run *run, int by)
{
    pthread_mutex_lock(&run->lock);
    run->running += by;
    pthread_mutex_unlock(&run->lock);
}

/* The number of threads that were started, or a negative code.  Fewer threads are only slower. */
static int each_start(struct each_run *run, struct each_thread *threads, struct error *err)
{
    int started, rc = 0;

    for (started = 0; started < run->each->n_threads; started++) {
        threads[started] = (struct each_thread){.run = run, .number = started};
        each_change_running(run, 1);
        rc = pthread_create(&threads[started].thread, NULL, each_main, &threads[started]);
        if (rc == 0)
            continue;
        each_change_running(run, -1);
        if (started == 0)
            return error_set(err, ERR_LIMIT, "no thread can be started: %s", strerror(rc));
        break;
    }
    return started;
}

int each_scene(const struct each_scene *each, int *ret_failed, struct error *err)
{
    struct each_run run = {.each = each, .failed = each->n};
    struct each_thread threads[EACH_SCENE_THREADS_MAX];
    int started;

    pthread_mutex_init(&run.lock, NULL);
    clock_cond_init(&run.changed);
    started = each_start(&run, threads, err);
    if (started > 0)
        each_report(&run);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    *ret_failed = run.failed;
    if (started > 0 && run.rc < 0 && err)
        *err = run.err;
    return started < 0 ? started : run.rc;
}
