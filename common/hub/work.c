/* work.c - the jobs that run here: each one libuv work request, on a worker thread with a store of
 * its own. */
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
    /* worker only */
    struct store *store;
    enum job_state ended_as; /* JOB_RUNNING: it did not end here; read by the loop once the worker
                                is through */
    /* loop only */
    struct link link;
    /* atomic: set by loop or worker, read by the worker and its helpers */
    atomic_bool cancel;
    atomic_int stop; /* enum work_stop; the first reason stays */
};

/* --- for a kind --- */

const struct job_kind *kind_find(const struct job_kind *const *kinds, const char *name)
{
    for (; *kinds; kinds++)
        if (strcmp((*kinds)->name, name) == 0)
            return *kinds;
    return NULL;
}

void last_events_add(struct last_events *last, const char *name, const char *data)
{
    last->at[last->n++] = (struct job_event){.name = mem_copy(name), .data = mem_copy(data)};
}

void last_events_clear(struct last_events *last)
{
    for (int i = 0; i < last->n; i++) {
        free((char *)last->at[i].name);
        free((char *)last->at[i].data);
    }
    last->n = 0;
}

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

static void stop(struct work *work, enum work_stop reason)
{
    int none = WORK_GOES_ON;

    atomic_compare_exchange_strong(&work->stop, &none, (int)reason);
    atomic_store(&work->cancel, true);
}

/* What the journal answers to the owner of a job. */
static int answer(struct work *work, int result, struct error *err)
{
    if (result == STORE_E_LOST) {
        stop(work, WORK_LOST);
        return error_set(err, ERR_CANCELED, "job %s: another process took it over", work->job.id);
    }
    if (result == 0)
        clerk_poke(work->hub->clerk);
    return result;
}

int work_emit(
    struct work *work, const char *once, const char *name, const char *data, struct error *err)
{
    struct job_event event = {.name = name, .data = data, .once = once};
    int result = store_job_append(work->store, work->job.id, work->hub->owner, &event, err);

    return answer(work, result, err);
}

void work_progress(struct work *work, const char *json)
{
    struct error err;
    int result = store_job_progress(work->store, work->job.id, work->hub->owner, json, &err);

    answer(work, result, &err);
}

/* --- the worker's thread --- */

static void sleep_ms(int ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    nanosleep(&span, NULL);
}

/* Journal the end.  While the database can't be written there is nobody to tell, so this tries
 * again until it can be, or the process is asked to stop: then the lease lapses and the job is run
 * anew. */
static void end(struct work *work, enum job_state state, const char *result, const char *reason)
{
    struct last_events last = {0};
    struct error err;
    int answered;

    work->kind->finish(state, result, reason, &last);
    for (;;) {
        answered = store_job_end(work->store, work->job.id, work->hub->owner, state, result, reason,
            last.at, last.n, &err);
        if (answered >= 0 || atomic_load(&work->stop) == WORK_DRAINED ||
            store_is_adrift(work->store))
            break;
        log_error("job %s: its end can't be journaled, trying again: %s", work->job.id, err.text);
        sleep_ms(250);
    }
    if (answered == 0)
        work->ended_as = state;
    last_events_clear(&last);
}

static void run(struct work *work)
{
    struct error err = {0};
    char *result = NULL;
    int failed;

    if (work->job.cancel_wanted)
        stop(work, WORK_CANCELED);
    failed = atomic_load(&work->cancel) ? -ERR_CANCELED : work->kind->run(work, &result, &err);
    if (failed >= 0) {
        end(work, JOB_DONE, result, NULL);
    } else {
        int why = atomic_load(&work->stop);

        if (why == WORK_CANCELED)
            end(work, JOB_CANCELED, NULL, NULL);
        else if (why == WORK_GOES_ON)
            end(work, JOB_FAILED, NULL, err.text);
    }
    free(result);
}

static bool is_ours(struct work *work)
{
    int reason = atomic_load(&work->stop);

    return reason != WORK_DRAINED && reason != WORK_LOST;
}

/* Without the store nothing can be said about the job, so this waits for it. */
static bool open_store(struct work *work)
{
    struct error err;

    while (store_open_again(work->hub->config->database, &work->store, &err) < 0) {
        if (!is_ours(work))
            return false;
        log_error("job %s: can't begin, trying again: %s", work->job.id, err.text);
        sleep_ms(250);
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
    clerk_work_ended(hub->clerk);
    job_clear(&work->job);
    free(work);
    hub_work_is_over(hub);
}

struct start_mail {
    struct mail mail;
    struct work *work;
};

/* This process may have lost a job to another one and got it back while its first worker has not
 * noticed yet. The store tells owners apart, not workers: so the second waits until the first is
 * out. */
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
    start->work->ended_as = JOB_RUNNING;
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
