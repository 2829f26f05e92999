/* work.c - the jobs that run here: each one libuv work request, on a worker thread with a store of
 * its own. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/hub_private.h"

struct work {
    /* fixed while it runs */
    uv_work_t request;
    struct hub *hub;
    const struct job_kind *kind;
    struct job job;
    /* under lock: the worker, and threads of its own that publish */
    pthread_mutex_t lock;
    struct store *store;
    int64_t leased_until_ms; /* nobody else has the job before; monotonic */
    /* worker only */
    enum job_state ended_as; /* JOB_RUNNING: it did not end here; read by the loop once the worker
                                is through */
    /* loop only */
    struct link link;
    /* atomic: set by loop or worker, read by the worker and its helpers */
    atomic_bool cancel;
    atomic_int stop; /* enum work_stop; the first reason stays */
};

/* --- for a kind --- */

const char *work_input(const struct work *work)
{
    return work->job.input;
}

const struct config *work_config(const struct work *work)
{
    return work->hub->config;
}

const atomic_bool *work_cancel(const struct work *work)
{
    return &work->cancel;
}

enum { AGAIN_MS = 250 }; /* between two tries to reach the store */

static void sleep_ms(int ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    nanosleep(&span, NULL);
}

static void stop(struct work *work, enum work_stop reason)
{
    int none = WORK_GOES_ON;

    atomic_compare_exchange_strong(&work->stop, &none, (int)reason);
    atomic_store(&work->cancel, true);
}

static bool is_ours(struct work *work)
{
    int reason = atomic_load(&work->stop);

    return reason != WORK_DRAINED && reason != WORK_LOST;
}

/* What the store answers to the owner of a job. */
static int answer(struct work *work, int result, struct error *err)
{
    if (result == STORE_E_LOST) {
        stop(work, WORK_LOST);
        return error_set(err, ERR_CANCELED, "job %s: another process took it over", work->job.id);
    }
    return result;
}

/* A lock is let go one day, and a disk may get room again.  What else is wrong stays so. */
static bool may_pass(const struct error *err)
{
    return err->code == ERR_BUSY || err->code == ERR_IO;
}

/* Says so the first time, and waits. */
static void try_again_later(
    struct work *work, const char *what, bool *was_told, const struct error *err)
{
    if (!*was_told)
        log_error("job %s: %s, trying again: %s", work->job.id, what, err->text);
    *was_told = true;
    sleep_ms(AGAIN_MS);
}

static int append(struct work *work, const struct job_event *event, struct error *err)
{
    int result;

    pthread_mutex_lock(&work->lock);
    result = store_job_append(work->store, work->job.id, work->job.run, event, err);
    pthread_mutex_unlock(&work->lock);
    return answer(work, result, err);
}

int work_emit(
    struct work *work, const char *once, const char *name, const char *data, struct error *err)
{
    char tag[17];
    struct job_event event = {.name = name, .data = data, .once = once ? once : tag};
    bool was_told = false;
    int result;

    /* By its tag an event that was written, though the answer was an error, is not written again.
     */
    digest_random_name(tag, sizeof tag - 1);
    while ((result = append(work, &event, err)) < 0 && may_pass(err)) {
        if (atomic_load(&work->cancel))
            return error_set(err, ERR_CANCELED, "canceled");
        try_again_later(work, "an event can't be journaled", &was_told, err);
    }
    if (result == 0)
        clerk_poke(work->hub->clerk);
    return result;
}

void work_progress(struct work *work, const char *json)
{
    struct error err;
    int result;

    pthread_mutex_lock(&work->lock);
    result = store_job_progress(work->store, work->job.id, work->job.run, json, &err);
    pthread_mutex_unlock(&work->lock);
    if (answer(work, result, &err) == 0)
        clerk_poke(work->hub->clerk);
}

int work_rekey(struct work *work, const char *key, struct error *err)
{
    int result;

    pthread_mutex_lock(&work->lock);
    result = store_job_rekey(work->store, work->job.id, work->job.run, key, err);
    pthread_mutex_unlock(&work->lock);
    if (result == STORE_E_NOT_FOUND)
        return WORK_E_TAKEN;
    if (result == 0)
        snprintf(work->job.key, sizeof work->job.key, "%s", key);
    return answer(work, result, err);
}

enum { UNSURE_MS = 20 }; /* between two looks whether the clerk has renewed the lease */

/* Under lock.  False: nobody can say at the moment. */
static bool look_at_lease(struct work *work)
{
    struct error err;
    int64_t until_ms = 0;
    int result = answer(
        work, store_job_lease(work->store, work->job.id, work->job.run, &until_ms, &err), &err);

    if (result == 0)
        work->leased_until_ms = until_ms;
    return result == 0 && clock_monotonic_ms() < until_ms;
}

/* Waits until it is known whose the job is.  Others go by the lease that stands in the store, and
 * so does this: as long as it has not ended there, nobody else has the job. */
static bool is_surely_ours(struct work *work)
{
    bool is_sure = false;

    while (!is_sure && is_ours(work)) {
        pthread_mutex_lock(&work->lock);
        is_sure = clock_monotonic_ms() < work->leased_until_ms || look_at_lease(work);
        pthread_mutex_unlock(&work->lock);
        if (!is_sure && is_ours(work))
            sleep_ms(UNSURE_MS);
    }
    return is_sure;
}

int work_may_publish(struct work *work, struct error *err)
{
    if (!is_surely_ours(work) || atomic_load(&work->cancel))
        return error_set(err, ERR_CANCELED, "canceled");
    return 0;
}

/* --- the worker's thread --- */

/* Journal the end.  While the database can't be written there is nobody to tell, so this tries
 * again until it can be, or the process is asked to stop: then the job is handed back, and run
 * anew.  Less than 0: it can't be journaled, and `err` says why. */
static int end(struct work *work, enum job_state state, const char *result, const char *reason,
    struct error *err)
{
    struct last_events last = {0};
    bool was_told = false;
    int answered;

    kind_finish(work->kind, state, result, reason, &last);
    while ((answered = store_job_end(work->store, work->job.id, work->job.run, state, result,
                reason, last.at, last.n, err)) < 0 &&
           may_pass(err) && is_ours(work) && !store_is_adrift(work->store))
        try_again_later(work, "its end can't be journaled", &was_told, err);
    if (answered == 0)
        work->ended_as = state;
    last_events_clear(&last);
    return answered;
}

/* What is left of its work goes before its end is known: the next job of the same key begins in the
 * same place. */
static void end_in_vain(struct work *work, enum job_state state, const char *reason)
{
    struct error err;

    if (work->kind->clear && is_surely_ours(work))
        work->kind->clear(work->hub->config, &work->job);
    if (end(work, state, NULL, reason, &err) < 0)
        log_error("job %s: its end can't be journaled: %s", work->job.id, err.text);
}

/* What viewers may hear of it; the operator reads the rest in the log. */
static const char *why_it_failed(struct work *work, struct error *err)
{
    char was[sizeof err->text];

    if (config_hide_paths(work->hub->config, err, was))
        log_warning("job %s fails: %s", work->job.id, was);
    return error_told(err);
}

static void run(struct work *work)
{
    struct error err = {0};
    char *result = NULL;
    int failed = work->kind->run(work, &result, &err);

    if (failed >= 0)
        failed = end(work, JOB_DONE, result, NULL, &err);
    if (failed < 0) {
        int why = atomic_load(&work->stop);

        if (why == WORK_CANCELED)
            end_in_vain(work, JOB_CANCELED, NULL);
        else if (why == WORK_GOES_ON)
            end_in_vain(work, JOB_FAILED, why_it_failed(work, &err));
    }
    free(result);
}

/* Without the store nothing can be said about the job, so this waits for it, unless the clerk is to
 * have the job back: to cancel it, or as there is no use in waiting. */
static bool open_store(struct work *work)
{
    struct error err;
    bool was_told = false;

    while (store_open_again(work->hub->config->database, &work->store, &err) < 0) {
        if (!may_pass(&err)) {
            log_error("job %s: can't begin: %s", work->job.id, err.text);
            clerk_must_reopen(work->hub->clerk);
            return false;
        }
        if (atomic_load(&work->cancel))
            return false;
        try_again_later(work, "can't begin", &was_told, &err);
    }
    return true;
}

static void x_work(uv_work_t *request)
{
    struct work *work = request->data;
    int64_t start_ms = clock_monotonic_ms();

    log_info("job %s: starts, %s %s %s", work->job.id, work->kind->name, work->kind->subject_name,
        work->job.subject);
    if (!open_store(work))
        return;
    run(work);
    store_close(work->store);
    work->store = NULL;
    log_info("job %s: %s after %.1f s", work->job.id,
        work->ended_as == JOB_RUNNING ? "given up here" : job_state_name(work->ended_as),
        (double)(clock_monotonic_ms() - start_ms) / 1000);
}

/* --- the loop --- */

static void x_done(uv_work_t *request, int status);

static void begin(struct work *work)
{
    struct hub *hub = work->hub;

    work->request.data = work;
    list_append(&hub->works, &work->link);
    atomic_fetch_add(&hub->n_running, 1);
    uv_queue_work(&hub->loop->uv, &work->request, x_work, x_done);
}

static struct work *work_of(struct link *list, const char *job_id)
{
    list_each(at, list)
    {
        struct work *work = list_item(at, struct work, link);

        if (strcmp(work->job.id, job_id) == 0)
            return work;
    }
    return NULL;
}

static void x_done(uv_work_t *request, int status)
{
    struct work *work = request->data, *again;
    struct hub *hub = work->hub;

    (void)status;
    atomic_fetch_add(&hub->n_ended[work->ended_as], 1);
    atomic_fetch_sub(&hub->n_running, 1);
    list_remove(&work->link);
    again = work_of(&hub->waiting, work->job.id);
    if (again) {
        list_remove(&again->link);
        begin(again);
    }
    clerk_work_ended(hub->clerk, &work->job);
    pthread_mutex_destroy(&work->lock);
    job_clear(&work->job);
    free(work);
    hub_work_is_over(hub);
}

struct start_mail {
    struct mail mail;
    struct work *work;
};

/* This process may have lost a job to another one and got it back while its first worker has not
 * noticed yet.  The store tells their writes apart, the folder they work in does not: so the second
 * waits until the first is out. */
static void deliver_work(struct mail *mail)
{
    struct start_mail *start = list_item(&mail->link, struct start_mail, mail.link);
    struct work *work = start->work, *before = work_of(&work->hub->works, work->job.id);

    free(start);
    if (before) {
        stop(before, WORK_LOST);
        list_append(&work->hub->waiting, &work->link);
    } else {
        begin(work);
    }
}

void work_post_start(struct hub *hub, struct job *job)
{
    struct start_mail *start = mem_new(struct start_mail);

    start->work = mem_new(struct work);
    start->work->hub = hub;
    start->work->kind = kind_find(hub->kinds, job->kind);
    assert(start->work->kind); /* the store gives us only what we know */
    start->work->ended_as = JOB_RUNNING;
    pthread_mutex_init(&start->work->lock, NULL);
    start->work->job = *job;
    *job = (struct job){0};
    loop_post(hub->loop, &start->mail, deliver_work);
}

struct stop_mail {
    struct mail mail;
    struct hub *hub;
    char job_id[JOB_ID_LEN + 1];
    enum work_stop stop;
};

static void deliver_stop(struct mail *mail)
{
    struct stop_mail *wish = list_item(&mail->link, struct stop_mail, mail.link);
    struct work *running = work_of(&wish->hub->works, wish->job_id);
    struct work *waiting = work_of(&wish->hub->waiting, wish->job_id);

    if (running)
        stop(running, wish->stop);
    if (waiting)
        stop(waiting, wish->stop);
    free(wish);
}

void work_post_stop(struct hub *hub, const char *job_id, enum work_stop reason)
{
    struct stop_mail *wish = mem_new(struct stop_mail);

    wish->hub = hub;
    wish->stop = reason;
    strcpy(wish->job_id, job_id);
    loop_post(hub->loop, &wish->mail, deliver_stop);
}

void work_stop_all(struct hub *hub, enum work_stop reason)
{
    list_each(at, &hub->works) stop(list_item(at, struct work, link), reason);
    list_each(at, &hub->waiting) stop(list_item(at, struct work, link), reason);
}
