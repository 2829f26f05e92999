/* pruner.c - see pruner.h. */
#include "hub/pruner/pruner.h"

#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/number.h"
#include "sent/unused.h"

enum {
    LOOK_MOST_MS = 60000, /* between two looks for jobs to forget */
    LOOK_LEAST_MS = 1000,
    MEASURE_LOOKS = 10, /* looks between two measurements of all files */
    FRESH_MOST_MS = 3600000,
    /* Jobs forgotten for their age at one look: should the clock say a wrong year, somebody may
     * still see it in the log in time.  Twice as many at the next one, while there are more. */
    OLD_LEAST = 20,
    OLD_MOST = 1 << 20,
    WANTED_MOST = 100,  /* are read at once */
    CLEARED_MOST = 100, /* at one look: who stops this process waits for its end */
    FILES_LOOKS = 60,   /* looks between two for files that nothing names: it reads all cases */
};

struct pruner {
    /* fixed after start */
    const struct config *config;
    const struct kinds *kinds;
    pthread_t thread;

    /* the thread's */
    struct store *store; /* open during a look */
    bool is_troubled;    /* a lasting trouble is logged once */
    int n_looks;
    int n_old; /* jobs that the next look forgets for their age, at most */
    int looks_to_files;     /* until files are looked for */
    bool is_files_troubled; /* as is_troubled */

    atomic_ullong n_forgotten, n_files;

    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stop; /* under lock */
};

/* Jobs that were read, to be forgotten when no statement is open. */
struct found {
    size_t n;
    struct job *at; /* without their texts */
};

static void found_add(void *ctx, const struct job *job)
{
    struct found *found = ctx;
    struct job copy = *job;

    copy.input = copy.progress = copy.result = copy.error = copy.metadata = NULL;
    found->at = mem_grow(found->at, found->n + 1, sizeof *found->at);
    found->at[found->n++] = copy;
}

int64_t pruner_fresh_ms(const struct config *config)
{
    return config->keep_ms ? number_least_64(config->keep_ms / 10, FRESH_MOST_MS) : FRESH_MOST_MS;
}

static int pruner_pause_ms(const struct config *config)
{
    int64_t pause = number_least_64(pruner_fresh_ms(config), LOOK_MOST_MS);

    return pause > LOOK_LEAST_MS ? (int)pause : LOOK_LEAST_MS;
}

/* True: it is gone, by whomever. */
static bool pruner_forget_one(struct pruner *pruner, const struct job *job)
{
    const struct job_kind *kind = kind_find(pruner->kinds, job->kind);
    struct error err;
    int rc;

    if (!kind)
        return false;
    rc = pruner_forget(pruner->store, pruner->config, kind, job, &err);
    if (rc < 0)
        log_warning("job %s can't be forgotten: %s", job->id, err.text);
    if (rc == 0)
        atomic_fetch_add(&pruner->n_forgotten, 1);
    return rc == 0 || rc == STORE_E_NOT_FOUND;
}

/* --- what done jobs showed while they ran --- */

/* True: it was cleared, if not for the first time. */
static bool pruner_clear_one(struct pruner *pruner, const struct job *job)
{
    const struct job_kind *kind = kind_find(pruner->kinds, job->kind);
    struct error err;

    if (!kind)
        return false;
    if (kind->clear)
        kind->clear(pruner->config, job);
    if (store_job_was_cleared(pruner->store, job->id, &err) < 0)
        log_warning("job %s: that it is cleared can't be noted: %s", job->id, err.text);
    return true;
}

static int pruner_clear(struct pruner *pruner, struct error *err)
{
    struct found found = {0};
    int rc = store_job_each_to_clear(pruner->store, found_add, &found, err), n_cleared = 0;

    for (size_t i = 0; i < found.n && n_cleared < CLEARED_MOST; i++)
        n_cleared += pruner_clear_one(pruner, &found.at[i]);
    free(found.at);
    return rc;
}

/* --- by age, and by wish --- */

/* `*ret_found` were to go, and `*ret_gone` of them are gone. */
static int pruner_forget_aged(struct pruner *pruner, int64_t age_ms, int most, int *ret_found,
    int *ret_gone, struct error *err)
{
    struct found found = {0};
    int rc = store_job_each_old(pruner->store, age_ms, most, found_add, &found, err);

    *ret_found = (int)found.n;
    *ret_gone = 0;
    for (size_t i = 0; i < found.n; i++)
        *ret_gone += pruner_forget_one(pruner, &found.at[i]);
    free(found.at);
    return rc;
}

static int pruner_forget_wanted(struct pruner *pruner, struct error *err)
{
    int n_found, n_gone, rc;

    do
        rc = pruner_forget_aged(pruner, INT64_MAX, WANTED_MOST, &n_found, &n_gone, err);
    while (rc == 0 && n_gone == WANTED_MOST);
    return rc;
}

/* Those that can't be forgotten, as their kind is not known here any more, must not hide the others
 * for ever: they are found again each time. */
static int pruner_forget_old(struct pruner *pruner, struct error *err)
{
    int n_found, n_gone, rc;

    if (!pruner->config->keep_ms)
        return 0;
    rc = pruner_forget_aged(pruner, pruner->config->keep_ms, pruner->n_old, &n_found, &n_gone, err);
    if (rc == 0 && n_found == pruner->n_old)
        pruner->n_old = number_least(2 * pruner->n_old, OLD_MOST);
    else if (pruner->n_old > OLD_LEAST)
        pruner->n_old /= 2;
    return rc;
}

/* --- by size --- */

/* Jobs of one key have the same files. */
static int64_t pruner_measure(struct pruner *pruner, const struct found *found)
{
    struct map keys = {0};
    int64_t bytes = 0;

    for (size_t i = 0; i < found->n; i++) {
        const struct job *job = &found->at[i];
        const struct job_kind *kind = kind_find(pruner->kinds, job->kind);

        if (!kind || !kind->bytes || job->state != JOB_DONE || map_get(&keys, job->key))
            continue;
        map_put(&keys, job->key, (void *)job);
        bytes += kind->bytes(pruner->config, job);
    }
    map_clear(&keys, NULL);
    return bytes;
}

static void pruner_forget_beyond(struct pruner *pruner, const struct found *old, int64_t beyond)
{
    for (size_t i = 0; i < old->n && beyond > 0; i++) {
        const struct job_kind *kind = kind_find(pruner->kinds, old->at[i].kind);
        int64_t bytes = kind && kind->bytes && old->at[i].state == JOB_DONE
                            ? kind->bytes(pruner->config, &old->at[i])
                            : 0;

        if (bytes && pruner_forget_one(pruner, &old->at[i]))
            beyond -= bytes;
    }
}

static int pruner_fit(struct pruner *pruner, struct error *err)
{
    int64_t most = (int64_t)pruner->config->output_mib << 20, beyond;
    struct found all = {0}, old = {0};
    int rc = store_job_each_old(pruner->store, 0, INT_MAX, found_add, &all, err);

    beyond = rc == 0 ? pruner_measure(pruner, &all) - most : 0;
    if (beyond > 0)
        rc = store_job_each_old(
            pruner->store, pruner_fresh_ms(pruner->config), INT_MAX, found_add, &old, err);
    pruner_forget_beyond(pruner, &old, beyond);
    free(all.at);
    free(old.at);
    return rc;
}

/* --- files that were sent --- */

/* While there are more than one look removes, the next one goes on. */
static void pruner_remove_files(struct pruner *pruner)
{
    struct error err;
    int n, rc;

    if (pruner->looks_to_files-- > 0)
        return;
    rc = unused_remove(pruner->config, &n, &err);
    if (rc < 0 && !pruner->is_files_troubled)
        log_warning("no file that was sent can be removed, as cases or jobs that may name it can't be "
                    "read: %s",
            err.text);
    pruner->is_files_troubled = rc < 0;
    pruner->looks_to_files = n == UNUSED_MOST ? 0 : FILES_LOOKS - 1;
    atomic_fetch_add(&pruner->n_files, (unsigned long long)n);
}

/* --- the thread --- */

/* The connection is not kept: a look is seldom, and a server has not many. */
static void pruner_look(struct pruner *pruner)
{
    struct error err;
    int rc = store_open_again(pruner->config->database, NULL, &pruner->store, &err);

    if (rc == 0)
        rc = pruner_clear(pruner, &err);
    if (rc == 0)
        rc = pruner_forget_wanted(pruner, &err);
    if (rc == 0)
        rc = pruner_forget_old(pruner, &err);
    if (rc == 0 && pruner->config->output_mib && pruner->n_looks++ % MEASURE_LOOKS == 0)
        rc = pruner_fit(pruner, &err);
    if (rc < 0 && !pruner->is_troubled)
        log_warning("no job can be forgotten: %s", err.text);
    pruner->is_troubled = rc < 0;
    store_close(pruner->store);
    pruner->store = NULL;
    pruner_remove_files(pruner);
}

/* False: it is to stop. */
static bool pruner_nap(struct pruner *pruner, int ms)
{
    struct timespec until = clock_deadline(ms);
    bool stop;
    int rc = 0;

    pthread_mutex_lock(&pruner->lock);
    while (!pruner->stop && rc == 0)
        rc = pthread_cond_timedwait(&pruner->stopped, &pruner->lock, &until);
    stop = pruner->stop;
    pthread_mutex_unlock(&pruner->lock);
    return !stop;
}

/* Processes that start together look at different moments. */
static void *pruner_main(void *ctx)
{
    struct pruner *pruner = ctx;
    int pause = pruner_pause_ms(pruner->config), first;

    first = pause / 2 + (int)(clock_monotonic_ns() / 1000 % (pause / 2));

    for (bool goes = pruner_nap(pruner, first); goes; goes = pruner_nap(pruner, pause))
        pruner_look(pruner);
    return NULL;
}

struct pruner *pruner_start(const struct config *config, const struct kinds *kinds)
{
    struct pruner *pruner = mem_new(struct pruner);

    pruner->config = config;
    pruner->kinds = kinds;
    pruner->n_old = OLD_LEAST;
    pthread_mutex_init(&pruner->lock, NULL);
    clock_cond_init(&pruner->stopped);
    if (pthread_create(&pruner->thread, NULL, pruner_main, pruner) == 0)
        return pruner;
    log_error("no thread can be started: the limit of processes is reached");
    exit(1);
}

void pruner_stop(struct pruner *pruner)
{
    if (!pruner)
        return;
    pthread_mutex_lock(&pruner->lock);
    pruner->stop = true;
    pthread_cond_signal(&pruner->stopped);
    pthread_mutex_unlock(&pruner->lock);
    pthread_join(pruner->thread, NULL);
    pthread_cond_destroy(&pruner->stopped);
    pthread_mutex_destroy(&pruner->lock);
    free(pruner);
}

unsigned long long pruner_count(const struct pruner *pruner)
{
    return atomic_load(&pruner->n_forgotten);
}

unsigned long long pruner_count_files(const struct pruner *pruner)
{
    return atomic_load(&pruner->n_files);
}
