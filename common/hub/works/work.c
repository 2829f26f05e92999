/* work.c - one run of one job, on a worker thread.  What it says goes to the store with the words
 * of other works, in one transaction; for the rest it has a connection of its own, from the first
 * call on that needs one. */
#include "hub/kind/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/works/elsewhere.h"
#include "hub/works/work_private.h"

enum {
    DEATHS_MAX = 3, /* a job that so many processes died of is not run again */
    AGAIN_MS = 250, /* between two tries to reach the store */
    UNSURE_MS = 20, /* between two reads of a lease that has ended */
};

_Static_assert((int)WORK_EMIT_MOST <= (int)STORE_APPEND_MOST, "one call of the store");

const struct job_kind *work_kind(const struct work *work)
{
    return work->kind;
}

const struct job *work_job(const struct work *work)
{
    return &work->job;
}

const char *work_input(const struct work *work)
{
    return work->job.input;
}

const struct config *work_config(const struct work *work)
{
    return work->config;
}

const atomic_bool *work_cancel(const struct work *work)
{
    return &work->cancel;
}

bool work_is_canceled(const struct work *work)
{
    return atomic_load(&work->stop) == WORK_CANCELED;
}

static void work_sleep(int ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    nanosleep(&span, NULL);
}

void work_stop(struct work *work, enum work_stop reason)
{
    int none = WORK_GOES_ON;

    atomic_compare_exchange_strong(&work->stop, &none, (int)reason);
    atomic_store(&work->cancel, true);
}

/* Nobody has said yet that the job goes to another run. */
static bool work_is_ours(struct work *work)
{
    int reason = atomic_load(&work->stop);

    return reason != WORK_DRAINED && reason != WORK_LOST;
}

/* --- calls of the store, tried again --- */

int work_open_store(struct work *work, struct error *err)
{
    return work->store ? 0 : store_open_again(work->config->database, NULL, &work->store, err);
}

int work_check_lost(struct work *work, int rc, struct error *err)
{
    if (rc != STORE_E_LOST)
        return rc;
    work_stop(work, WORK_LOST);
    return error_set(err, ERR_CANCELED, "job %s: another process took it over", work->job.id);
}

/* -ERR_BUSY says that the outcome is not known, and a disk may get room again: the same call, with
 * the same tags, is made again.  Other errors stay. */
static bool work_may_pass(const struct error *err)
{
    return err->code == ERR_BUSY || err->code == ERR_IO;
}

/* Logs the first failure of a row of tries, and waits. */
static void work_wait_to_retry(
    struct work *work, const char *what, bool *was_logged, const struct error *err)
{
    if (!*was_logged)
        log_error("job %s: %s, trying again: %s", work->job.id, what, err->text);
    *was_logged = true;
    work_sleep(AGAIN_MS);
}

static int work_write(struct work *work, struct run_write write, struct error *err)
{
    write.job_id = work->job.id;
    write.run = work->job.run;
    return work_check_lost(work, group_write(work->group, work->era, &write, err), err);
}

/* Each event has a tag, the same for all tries. */
static int work_emit_tagged(
    struct work *work, const struct job_event *events, int n, struct error *err)
{
    bool was_logged = false;
    int rc;

    while (
        (rc = work_write(work,
             (struct run_write){.events = events, .n_events = n, .end = JOB_RUNNING}, err)) < 0 &&
        work_may_pass(err)) {
        if (atomic_load(&work->cancel))
            return error_set(err, ERR_CANCELED, "canceled");
        work_wait_to_retry(work, "an event can't be journaled", &was_logged, err);
    }
    if (rc == 0)
        inbox_tell_news(work->inbox);
    return rc;
}

int work_emit(
    struct work *work, const char *once, const char *name, const char *data, struct error *err)
{
    char tag[STORE_TAG_LEN + 1];
    struct job_event event = {.name = name, .data = data, .once = once ? once : tag};

    digest_random_name(tag, STORE_TAG_LEN);
    return work_emit_tagged(work, &event, 1, err);
}

int work_emit_all(struct work *work, const struct job_event *events, int n, struct error *err)
{
    char tags[WORK_EMIT_MOST][STORE_TAG_LEN + 1];
    struct job_event tagged[WORK_EMIT_MOST];

    assert(n <= WORK_EMIT_MOST);
    for (int i = 0; i < n; i++) {
        tagged[i] = events[i];
        digest_random_name(tags[i], STORE_TAG_LEN);
        tagged[i].once = tags[i];
    }
    return work_emit_tagged(work, tagged, n, err);
}

void work_progress(struct work *work, const char *json)
{
    struct error err;
    int rc;

    rc = group_progress(work->group, work->era, work->job.id, work->job.run, json, &err);
    if (work_check_lost(work, rc, &err) == 0)
        inbox_tell_news(work->inbox);
}

static int work_write_key(struct work *work, const char *key, struct error *err)
{
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = store_job_rekey(work->store, work->job.id, work->job.run, key, err);
    pthread_mutex_unlock(&work->lock);
    return work_check_lost(work, rc, err);
}

int work_rekey(struct work *work, const char *key, struct error *err)
{
    bool was_logged = false;
    int rc;

    while ((rc = work_write_key(work, key, err)) < 0 && work_may_pass(err)) {
        if (atomic_load(&work->cancel))
            return error_set(err, ERR_CANCELED, "canceled");
        work_wait_to_retry(work, "its new key can't be written", &was_logged, err);
    }
    if (rc == STORE_E_NOT_FOUND)
        return WORK_E_TAKEN;
    if (rc == 0)
        snprintf(work->job.key, sizeof work->job.key, "%s", key);
    return rc;
}

/* --- the events so far --- */

struct work_reading {
    void (*each)(void *ctx, const struct job_event *event);
    void *ctx;
    uint64_t after; /* the last event that was told: a second try goes on behind it */
};

static bool work_tell_event(void *ctx, const struct job_event *event)
{
    struct work_reading *reading = ctx;

    reading->after = event->seq;
    reading->each(reading->ctx, event);
    return true;
}

static int work_read_events(struct work *work, struct work_reading *reading, struct error *err)
{
    uint64_t position;
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = store_job_events(
            work->store, work->job.id, reading->after, work_tell_event, reading, &position, err);
    pthread_mutex_unlock(&work->lock);
    return rc;
}

int work_each_event(struct work *work, void (*each)(void *ctx, const struct job_event *event),
    void *ctx, struct error *err)
{
    struct work_reading reading = {.each = each, .ctx = ctx};
    bool was_logged = false;
    int rc;

    while ((rc = work_read_events(work, &reading, err)) < 0 && work_may_pass(err)) {
        if (atomic_load(&work->cancel))
            return error_set(err, ERR_CANCELED, "canceled");
        work_wait_to_retry(work, "its events can't be read", &was_logged, err);
    }
    return rc < 0 ? rc : 0;
}

/* --- the lease --- */

/* Under lock.  False: it is not known at the moment whose the job is. */
static bool work_read_lease(struct work *work)
{
    struct error err;
    int64_t until_ms = 0;
    int rc = work_open_store(work, &err);

    if (rc == 0)
        rc = store_job_lease(work->store, work->job.id, work->job.run, &until_ms, &err);
    rc = work_check_lost(work, rc, &err);
    if (rc == 0)
        work->leased_until_ms = until_ms;
    return rc == 0 && clock_monotonic_ms() < until_ms;
}

/* Waits until it is known whose the job is.  Other processes go by the lease in the store: until it
 * ends there, none of them has the job. */
static bool work_is_surely_ours(struct work *work)
{
    bool is_sure = false;

    while (!is_sure && work_is_ours(work)) {
        pthread_mutex_lock(&work->lock);
        is_sure = clock_monotonic_ms() < work->leased_until_ms || work_read_lease(work);
        pthread_mutex_unlock(&work->lock);
        if (!is_sure && work_is_ours(work))
            work_sleep(UNSURE_MS);
    }
    return is_sure;
}

int work_may_publish(struct work *work, struct error *err)
{
    if (!work_is_surely_ours(work) || atomic_load(&work->cancel))
        return error_set(err, ERR_CANCELED, "canceled");
    return 0;
}

/* --- the end --- */

static int64_t work_clear_after_ms(
    const struct work *work, enum job_state state, const char *result)
{
    const struct job_kind *kind = work->kind;

    return state == JOB_DONE && kind->clear && kind->shown_ms ? kind->shown_ms(result) : 0;
}

/* Journals the end.  While the database can't be written this tries again, until it can be or the
 * process is to stop: then the job is handed back and run anew.  Less than 0: the end can't be
 * journaled. */
static int work_end(struct work *work, enum job_state state, const char *result, const char *reason,
    struct error *err)
{
    struct last_events last = {0};
    bool was_logged = false;
    int rc;

    kind_finish(work->kind,
        &(struct job_end){state, result, reason, work->job.traceparent, work->job.metadata}, &last);
    while ((rc = work_write(work,
                (struct run_write){.events = last.at,
                    .n_events = last.n,
                    .end = state,
                    .result = result,
                    .error = reason,
                    .clear_after_ms = work_clear_after_ms(work, state, result)},
                err)) < 0 &&
           work_may_pass(err) && work_is_ours(work))
        work_wait_to_retry(work, "its end can't be journaled", &was_logged, err);
    if (rc == 0)
        work->ended_as = state;
    last_events_clear(&last);
    return rc;
}

/* The store refuses the end to whoever has lost the job; no folder refuses anything.  So what it
 * published goes only when the store has the end: then the job has no other run, not even if this
 * process is stopped here for a day. */
static void work_end_in_vain(struct work *work, enum job_state state, const char *reason)
{
    struct error err;
    int rc = work_end(work, state, NULL, reason, &err);

    if (rc < 0)
        log_error("job %s: its end can't be journaled: %s", work->job.id, err.text);
    if (rc == 0 && work->kind->clear)
        work->kind->clear(work->config, &work->job);
}

static int work_look_elsewhere(struct work *work, struct elsewhere *elsewhere, struct error *err)
{
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = elsewhere_look(work->store, elsewhere, err);
    pthread_mutex_unlock(&work->lock);
    return rc;
}

/* Waits for machines that are silent as long as for a lease: while the database was away nobody
 * could renew its own. */
static bool work_has_heir(struct work *work)
{
    struct elsewhere elsewhere = {
        .machine = work->config->machine, .engine = work->engine, .kind = work->kind->name};
    int64_t until_ms = clock_monotonic_ms() + work->config->lease_ms;
    struct error err;

    while (work_is_ours(work) && !(work->store && store_is_adrift(work->store))) {
        if (work_look_elsewhere(work, &elsewhere, &err) < 0)
            until_ms = clock_monotonic_ms() + work->config->lease_ms;
        else if (elsewhere.is_able || !elsewhere.may_come || clock_monotonic_ms() > until_ms)
            return elsewhere.is_able;
        work_sleep(AGAIN_MS);
    }
    return false;
}

/* What fails as this machine can't write, and another machine can, is no failure of the job: it is
 * handed back. */
static bool work_is_for_others(struct work *work, const struct error *why)
{
    struct error err;

    if (why->code != ERR_IO || !work->kind->may_run ||
        work->kind->may_run(work->config, &err) >= 0 || !work_has_heir(work))
        return false;
    log_warning("job %s: left to another machine: %s", work->job.id, err.text);
    return true;
}

/* What viewers may read of the error; the log has the rest for the operator. */
static const char *work_reason(struct work *work, struct error *err)
{
    char was[sizeof err->text];

    if (config_hide_paths(work->config, err, was))
        log_warning("job %s fails: %s", work->job.id, was);
    return error_public_text(err);
}

/* A job that must not run, or not any more, only ends.  It does so here, because to clear what it
 * published may take a while. */
static int work_check_wanted(struct work *work, struct error *err)
{
    if (work->job.cancel_wanted) {
        work_stop(work, WORK_CANCELED);
        return error_set(err, ERR_CANCELED, "canceled");
    }
    if (work->job.deaths >= DEATHS_MAX)
        return error_set(
            err, ERR_LIMIT, "the process that worked on it died %d times", work->job.deaths);
    return 0;
}

static void work_run_kind(struct work *work)
{
    struct error err = {0};
    char *result = NULL;
    int rc = work_check_wanted(work, &err);

    if (rc == 0)
        rc = work->kind->run(work, &result, &err);
    if (rc >= 0)
        rc = work_end(work, JOB_DONE, result, NULL, &err);
    if (rc < 0) {
        int why = atomic_load(&work->stop);

        if (why == WORK_CANCELED)
            work_end_in_vain(work, JOB_CANCELED, NULL);
        else if (why == WORK_GOES_ON && !work_is_for_others(work, &err))
            work_end_in_vain(work, JOB_FAILED, work_reason(work, &err));
    }
    free(result);
}

/* --- all of it --- */

/* Without the store nothing can be written about the job, so this waits for it, unless the job is
 * to be handed back or the error stays. */
static bool work_wait_for_store(struct work *work)
{
    struct error err;
    bool was_logged = false;

    while (group_join(work->group, &work->era, &err) < 0) {
        if (!work_may_pass(&err)) {
            log_error("job %s: can't begin: %s", work->job.id, err.text);
            inbox_want_reopen(work->inbox);
            return false;
        }
        if (atomic_load(&work->cancel))
            return false;
        work_wait_to_retry(work, "can't begin", &was_logged, &err);
    }
    return true;
}

void work_run(struct work *work)
{
    int64_t start_ms = clock_monotonic_ms();

    log_info("job %s: starts, %s %s %s%s%s", work->job.id, work->kind->name,
        work->kind->subject_name, work->job.subject, *work->job.traceparent ? ", traceparent " : "",
        work->job.traceparent);
    work->store = spares_take(work->spares, &work->opened_ms);
    if (work_wait_for_store(work)) {
        work_run_kind(work);
        group_leave(work->group);
    }
    spares_give(work->spares, work->store, work->opened_ms);
    work->store = NULL;
    log_info("job %s: %s after %.1f s", work->job.id,
        work->ended_as == JOB_RUNNING ? "given up here" : job_state_name(work->ended_as),
        (double)(clock_monotonic_ms() - start_ms) / 1000);
}
