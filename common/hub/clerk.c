/* clerk.c - the thread that reads the store for this process, so that the loop never waits for a
 * disk or for somebody else's lock.
 *
 * A round: look whether anything changed (microseconds when nothing did); if so, tell the loop
 * which queued and running jobs have news, then every new event of the journal, and hand back what
 * is ours without anybody who works on it; renew the lease, if something runs here; claim a job if
 * there is a place for one; cancel, if that is wanted, what nobody watches any more.  A process
 * that has nothing to do writes nothing. */
#include <pthread.h>
#include <search.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/hub_private.h"

enum {
    ROUND_MS = 40,     /* another process's event is seen at most this much later */
    QUIET_MS = 80,     /* the same of its new job, while no job is queued or running */
    REOPEN_MS = 1000,  /* between two tries to open a database that can't be opened */
    AUDIENCE_MS = 200, /* who watches is written down at most this often */
    CLAIM_MS = 500,    /* a dead owner says nothing, so the leases are looked at this often */
    TAIL_MOST = 256,   /* events a read */
    DEATHS_MAX = 3,    /* a job that has taken so many processes with it takes no other */
};

/* What was last told of a job that is queued or running. */
struct seen {
    char id[JOB_ID_LEN + 1];     /* first: the tree compares it */
    const struct job_kind *kind; /* NULL: this version has none such */
    enum job_state state;
    int position;
    char *progress;
    uint64_t n_watched;
    int64_t watched_ms; /* when that was seen to grow, or the job first; monotonic */
    bool cancel_told, cancel_wanted, is_live;
};

/* A run that was claimed and is worked on here. */
struct held {
    char id[JOB_ID_LEN + 1];
    int64_t run;
};

struct clerk {
    /* fixed after start */
    struct hub *hub;
    pthread_t thread;
    pthread_cond_t wake;
    pthread_mutex_t lock;
    pthread_mutex_t claiming; /* held from the look for a place until the work is posted */

    /* under lock */
    bool is_poked, must_stop, may_claim, must_reopen;
    struct held *held;
    size_t n_held;
    char (*watched)[JOB_ID_LEN + 1]; /* have viewers here; still to be written down */
    size_t n_watched;
    struct audience *audiences; /* have other viewers here than was written down */
    size_t n_audiences;

    /* clerk only */
    struct store *store;
    bool was_open; /* the database: once it was, none is made in its place */
    bool has_news; /* something changed since all of it was read */
    bool has_position;
    uint64_t position;    /* of the last journal entry that was told */
    void *seen;           /* tsearch tree by job id */
    struct held *orphans; /* ours, as the last look saw it, but nobody works on them */
    size_t n_orphans;
    int n_live, n_queued, n_foreign;
    int64_t renew_at, open_at, claim_at, roll_call_at, audience_at;
    int64_t roll_called_since; /* without a gap */
    bool has_said_goodbye;
    bool is_troubled; /* so that a lasting trouble is logged once */
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void trouble(struct clerk *clerk, const struct error *err)
{
    if (!clerk->is_troubled)
        log_error("the journal can't be read: %s", err->text);
    clerk->is_troubled = true;
}

/* --- what is worked on here --- */

/* Under lock.  -1: it is not. */
static ptrdiff_t held_find(const struct clerk *clerk, const char *id, int64_t run)
{
    for (size_t i = 0; i < clerk->n_held; i++)
        if (clerk->held[i].run == run && strcmp(clerk->held[i].id, id) == 0)
            return (ptrdiff_t)i;
    return -1;
}

static void held_add(struct held **list, size_t *n, const struct job *job)
{
    *list = mem_grow(*list, *n + 1, sizeof **list);
    strcpy((*list)[*n].id, job->id);
    (*list)[(*n)++].run = job->run;
}

static bool is_held(struct clerk *clerk, const struct job *job)
{
    bool is_it;

    pthread_mutex_lock(&clerk->lock);
    is_it = held_find(clerk, job->id, job->run) >= 0;
    pthread_mutex_unlock(&clerk->lock);
    return is_it;
}

static size_t count_held(struct clerk *clerk)
{
    size_t n;

    pthread_mutex_lock(&clerk->lock);
    n = clerk->n_held;
    pthread_mutex_unlock(&clerk->lock);
    return n;
}

/* Claimed, but its end could not be written, or its work could not begin: others may try.  (What
 * ended after the look is not touched: its run is over.) */
static int hand_back_orphans(struct clerk *clerk, struct error *err)
{
    int answer = 0;

    for (size_t i = 0; answer == 0 && i < clerk->n_orphans; i++) {
        const struct held *orphan = &clerk->orphans[i];

        log_warning("job %s: nobody works on it here, it is handed back", orphan->id);
        answer = store_job_release(clerk->store, orphan->id, orphan->run, err);
    }
    if (clerk->n_orphans)
        clerk_poke(clerk);
    return answer;
}

/* --- what is queued or running --- */

static struct seen *seen_of(struct clerk *clerk, const char *id)
{
    void *node = tfind(id, &clerk->seen, compare);
    struct seen *seen;

    if (node)
        return *(struct seen **)node;
    seen = mem_new(struct seen);
    strcpy(seen->id, id);
    seen->state = JOB_QUEUED;
    seen->position = -1;
    seen->watched_ms = clock_monotonic_ms();
    tsearch(seen, &clerk->seen, compare);
    return seen;
}

static void seen_free(void *item)
{
    struct seen *seen = item;

    free(seen->progress);
    free(seen);
}

static void tell_state(struct clerk *clerk, struct seen *seen, const struct job *job)
{
    struct buf bytes = {0};

    if (!seen->kind || (seen->state == job->state && seen->position == job->position))
        return;
    seen->state = job->state;
    seen->position = job->position;
    hub_encode_job(&bytes, seen->kind, job);
    hub_post_note(clerk->hub, job->id, &bytes, false);
    buf_free(&bytes);
}

static void tell_progress(struct clerk *clerk, struct seen *seen, const struct job *job)
{
    struct buf bytes = {0};

    if (!job->progress || (seen->progress && strcmp(seen->progress, job->progress) == 0))
        return;
    free(seen->progress);
    seen->progress = mem_copy(job->progress);
    hub_encode_progress(&bytes, job);
    hub_post_note(clerk->hub, job->id, &bytes, true);
    buf_free(&bytes);
}

static void see_live(void *ctx, const struct job *job, const char *owner)
{
    struct clerk *clerk = ctx;
    struct seen *seen = seen_of(clerk, job->id);
    bool is_ours = owner && strcmp(owner, store_member_name(clerk->hub->member)) == 0;

    seen->is_live = true;
    seen->kind = kind_find(clerk->hub->kinds, job->kind);
    seen->cancel_wanted = job->cancel_wanted;
    if (seen->n_watched != job->n_watched) {
        seen->n_watched = job->n_watched;
        seen->watched_ms = clock_monotonic_ms();
    }
    clerk->n_live++;
    clerk->n_queued += job->state == JOB_QUEUED;
    clerk->n_foreign += job->state == JOB_RUNNING && !is_ours;
    if (is_ours && !is_held(clerk, job)) {
        held_add(&clerk->orphans, &clerk->n_orphans, job);
    } else if (is_ours && job->cancel_wanted && !seen->cancel_told) {
        seen->cancel_told = true;
        work_post_stop(clerk->hub, job->id, WORK_CANCELED);
    }
    tell_state(clerk, seen, job);
    tell_progress(clerk, seen, job);
}

/* The tree has no "each where": what is wanted is gathered first. */
struct gathered {
    struct seen **items;
    size_t n;
    int64_t watched_before; /* of gather_unwatched() */
};

static void gather(struct gathered *gathered, struct seen *seen)
{
    gathered->items = mem_grow(gathered->items, gathered->n + 1, sizeof *gathered->items);
    gathered->items[gathered->n++] = seen;
}

static void gather_ended(const void *node, VISIT visit, void *ctx)
{
    struct seen *seen = *(struct seen *const *)node;

    if (visit != postorder && visit != leaf)
        return;
    if (!seen->is_live)
        gather(ctx, seen);
    seen->is_live = false;
}

/* tdelete() frees nothing but its own node. */
static void forget_ended(struct clerk *clerk)
{
    struct gathered ended = {0};

    twalk_r(clerk->seen, gather_ended, &ended);
    for (size_t i = 0; i < ended.n; i++) {
        tdelete(ended.items[i], &clerk->seen, compare);
        seen_free(ended.items[i]);
    }
    free(ended.items);
}

static int read_live(struct clerk *clerk, struct error *err)
{
    int result;

    clerk->n_live = clerk->n_queued = clerk->n_foreign = 0;
    clerk->n_orphans = 0;
    result = store_live(clerk->store, see_live, clerk, err);
    if (result < 0)
        return result;
    forget_ended(clerk);
    return hand_back_orphans(clerk, err);
}

/* --- the journal --- */

struct tail {
    struct clerk *clerk;
    int n;
};

static void tell_event(
    void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct tail *tail = ctx;

    tail->n++;
    tail->clerk->position = position;
    hub_post_event(tail->clerk->hub, position, job_id, event);
}

static int read_tail(struct clerk *clerk, struct error *err)
{
    struct tail tail = {.clerk = clerk, .n = TAIL_MOST};
    int result = 0;

    while (result == 0 && tail.n == TAIL_MOST) {
        tail.n = 0;
        result = store_tail(clerk->store, clerk->position, TAIL_MOST, tell_event, &tail, err);
    }
    return result;
}

/* The journal is read to where it ended when this process began to look; older events are in the
 * store for whoever asks. */
static int find_position(struct clerk *clerk, struct error *err)
{
    int result;

    if (clerk->has_position)
        return 0;
    result = store_position(clerk->store, &clerk->position, err);
    if (result < 0)
        return result;
    clerk->has_position = true;
    hub_post_start(clerk->hub, clerk->position);
    return 0;
}

/* What was not read stays news, whatever kept us from reading it. */
static int read_news(struct clerk *clerk, struct error *err)
{
    bool has_changed = false;

    clerk->has_news |= !clerk->has_position;
    if (find_position(clerk, err) < 0 || store_changed(clerk->store, &has_changed, err) < 0)
        return -1;
    clerk->has_news |= has_changed;
    if (!clerk->has_news)
        return 0;
    if (read_live(clerk, err) < 0 || read_tail(clerk, err) < 0)
        return -1;
    clerk->has_news = false;
    return 0;
}

/* --- the lease --- */

/* Only who owns something writes. */
static int renew(struct clerk *clerk, int64_t now, struct error *err)
{
    int answer;

    if (now < clerk->renew_at || !count_held(clerk))
        return 0;
    answer = store_member_renew(clerk->store, clerk->hub->member, err);
    if (answer == 0)
        clerk->renew_at = now + clerk->hub->config->lease_ms / 3;
    return answer;
}

static bool may_claim(struct clerk *clerk)
{
    bool may;

    pthread_mutex_lock(&clerk->lock);
    may = clerk->may_claim && !clerk->must_reopen;
    pthread_mutex_unlock(&clerk->lock);
    return may;
}

/* A process that is to stop may be killed before it has handed everything back. */
static int say_goodbye(struct clerk *clerk, struct error *err)
{
    if (clerk->has_said_goodbye || may_claim(clerk) || !count_held(clerk))
        return 0;
    if (store_member_stop(clerk->store, clerk->hub->member, err) < 0)
        return -1;
    clerk->has_said_goodbye = true;
    return 0;
}

/* --- claims --- */

/* A job that must not run here, or not any more, ends at once.  If that can't be written it is ours
 * without a work, and handed back. */
static void conclude(
    struct clerk *clerk, const struct job *job, enum job_state state, const char *reason)
{
    const struct job_kind *kind = kind_find(clerk->hub->kinds, job->kind);
    struct last_events last = {0};
    struct error err;

    log_info(
        "job %s: %s%s%s", job->id, job_state_name(state), reason ? ": " : "", reason ? reason : "");
    if (kind && kind->clear)
        kind->clear(clerk->hub->config, job);
    kind_finish(kind, state, NULL, reason, &last);
    if (store_job_end(clerk->store, job->id, job->run, state, NULL, reason, last.at, last.n, &err) <
        0)
        log_error("job %s: %s", job->id, err.text);
    last_events_clear(&last);
}

static void begin(struct clerk *clerk, struct job *job)
{
    char reason[64];

    snprintf(reason, sizeof reason, "the process that worked on it died %d times", job->deaths);
    if (job->cancel_wanted) {
        conclude(clerk, job, JOB_CANCELED, NULL);
    } else if (job->deaths >= DEATHS_MAX) {
        conclude(clerk, job, JOB_FAILED, reason);
    } else {
        pthread_mutex_lock(&clerk->lock);
        held_add(&clerk->held, &clerk->n_held, job);
        pthread_mutex_unlock(&clerk->lock);
        work_post_start(clerk->hub, job);
    }
    job_clear(job);
}

/* Without a place there may still be one to cancel. */
static int claim_one(struct clerk *clerk, struct error *err)
{
    int slots = clerk->hub->config->slots;
    struct job job = {0};
    int result = store_job_claim(
        clerk->store, clerk->hub->member, count_held(clerk) < (size_t)slots ? slots : 0, &job, err);

    if (result != 0)
        return result;
    clerk->renew_at = clock_monotonic_ms() + clerk->hub->config->lease_ms / 3;
    clerk_poke(clerk); /* store_changed() tells of others' writes, and this one was ours */
    begin(clerk, &job);
    return 0;
}

static int claim(struct clerk *clerk, int64_t now, bool has_read, struct error *err)
{
    int result = 0;

    if (clerk->n_queued == 0 && clerk->n_foreign == 0)
        return 0;
    if (now < clerk->claim_at && !(has_read && clerk->n_queued))
        return 0;
    clerk->claim_at = now + CLAIM_MS;
    pthread_mutex_lock(&clerk->claiming);
    while (result == 0 && may_claim(clerk))
        result = claim_one(clerk, err);
    pthread_mutex_unlock(&clerk->claiming);
    return result < 0 ? result : 0;
}

/* --- what nobody watches any more --- */

enum { ROLL_CALL_MOST_MS = 15000 };

/* A job that never had a viewer was not made for one, and goes on. */
static void gather_unwatched(const void *node, VISIT visit, void *ctx)
{
    struct seen *seen = *(struct seen *const *)node;
    struct gathered *gathered = ctx;

    if (visit != postorder && visit != leaf)
        return;
    if (seen->kind && !seen->cancel_wanted && seen->n_watched &&
        seen->watched_ms < gathered->watched_before)
        gather(gathered, seen);
}

static int cancel(struct clerk *clerk, struct seen *seen, struct error *err)
{
    struct last_events last = {0};
    struct job job = {0};
    bool is_first;
    int answer;

    kind_finish(seen->kind, JOB_CANCELED, NULL, NULL, &last);
    answer = store_job_cancel(
        clerk->store, seen->id, CANCEL_LEFT, last.at, last.n, &job, &is_first, err);
    last_events_clear(&last);
    if (answer == 0 && is_first) /* another process may have seen the same, at the same time */
        log_info("job %s: canceled, nobody has watched it for %d s", seen->id,
            clerk->hub->config->cancel_unwatched_s);
    seen->cancel_wanted = true;
    job_clear(&job);
    return answer < 0 ? answer : 0;
}

static int cancel_unwatched(struct clerk *clerk, int64_t now, struct error *err)
{
    struct gathered unwatched = {
        .watched_before = now - (int64_t)clerk->hub->config->cancel_unwatched_s * 1000};
    int answer = read_live(clerk, err);

    if (answer == 0)
        twalk_r(clerk->seen, gather_unwatched, &unwatched);
    for (size_t i = 0; answer == 0 && i < unwatched.n; i++)
        answer = cancel(clerk, unwatched.items[i], err);
    if (unwatched.n)
        clerk_poke(clerk); /* store_changed() does not tell of what was written here */
    free(unwatched.items);
    return answer;
}

static int write_watched(struct clerk *clerk, struct error *err)
{
    char(*watched)[JOB_ID_LEN + 1];
    size_t n;
    int answer;

    pthread_mutex_lock(&clerk->lock);
    watched = clerk->watched;
    n = clerk->n_watched;
    clerk->watched = NULL;
    clerk->n_watched = 0;
    pthread_mutex_unlock(&clerk->lock);
    answer = n ? store_jobs_watched(clerk->store, watched, n, err) : 0;
    free(watched);
    return answer;
}

/* What waits to be written of that job; NULL: nothing.  Under lock. */
static struct audience *audience_of(struct clerk *clerk, const char *job_id)
{
    for (size_t i = 0; i < clerk->n_audiences; i++)
        if (strcmp(clerk->audiences[i].job_id, job_id) == 0)
            return &clerk->audiences[i];
    return NULL;
}

/* Under lock. */
static void audience_add(struct clerk *clerk, const struct audience *audience)
{
    clerk->audiences = mem_grow(clerk->audiences, clerk->n_audiences + 1, sizeof *clerk->audiences);
    clerk->audiences[clerk->n_audiences++] = *audience;
}

/* What could not be written waits, where nothing newer does. */
static void audiences_wait(struct clerk *clerk, const struct audience *audiences, size_t n)
{
    pthread_mutex_lock(&clerk->lock);
    for (size_t i = 0; i < n; i++)
        if (!audience_of(clerk, audiences[i].job_id))
            audience_add(clerk, &audiences[i]);
    pthread_mutex_unlock(&clerk->lock);
}

/* At most a few times a second, however many come and go. */
static int write_audiences(struct clerk *clerk, int64_t now, struct error *err)
{
    struct audience *audiences;
    int answer;
    size_t n;

    if (now < clerk->audience_at)
        return 0;
    pthread_mutex_lock(&clerk->lock);
    audiences = clerk->audiences;
    n = clerk->n_audiences;
    clerk->audiences = NULL;
    clerk->n_audiences = 0;
    pthread_mutex_unlock(&clerk->lock);
    if (n == 0)
        return 0;
    clerk->audience_at = now + AUDIENCE_MS;
    answer = store_audiences_write(clerk->store, clerk->hub->member, audiences, n, err);
    if (answer < 0)
        audiences_wait(clerk, audiences, n);
    free(audiences);
    return answer;
}

/* Each process writes down from time to time whose viewers it has; all see whether somebody did. */
static int watch_over(struct clerk *clerk, int64_t now, struct error *err)
{
    int64_t limit_ms = (int64_t)clerk->hub->config->cancel_unwatched_s * 1000;
    int64_t pause_ms = limit_ms / 4 < ROLL_CALL_MOST_MS ? limit_ms / 4 : ROLL_CALL_MOST_MS;

    if (!limit_ms)
        return 0;
    if (write_watched(clerk, err) < 0)
        return -1;
    if (now < clerk->roll_call_at)
        return 0;
    /* A process that slept asked nobody meanwhile: what it last saw says nothing. */
    if (now - clerk->roll_call_at > pause_ms)
        clerk->roll_called_since = now;
    clerk->roll_call_at = now + pause_ms;
    hub_post_roll_call(clerk->hub);
    return now - clerk->roll_called_since < limit_ms ? 0 : cancel_unwatched(clerk, now, err);
}

/* --- the thread --- */

static void set(struct clerk *clerk, bool *flag, bool value)
{
    pthread_mutex_lock(&clerk->lock);
    *flag = value;
    pthread_cond_signal(&clerk->wake);
    pthread_mutex_unlock(&clerk->lock);
}

static bool must_reopen(struct clerk *clerk)
{
    bool must;

    pthread_mutex_lock(&clerk->lock);
    must = clerk->must_reopen;
    pthread_mutex_unlock(&clerk->lock);
    return must;
}

/* Somebody deleted the database or put another one in its place.  Nothing that is known here is
 * true of that one, nor is a job that runs here a job of it. */
static void leave_adrift(struct clerk *clerk)
{
    struct error err;

    error_set(&err, ERR_IO, "%s was deleted or replaced: what ran here is given up",
        clerk->hub->config->database);
    trouble(clerk, &err);
    store_close(clerk->store);
    clerk->store = NULL;
    clerk->has_position = false;
    tdestroy(clerk->seen, seen_free);
    clerk->seen = NULL;
    hub_post_lost(clerk->hub);
}

static bool have_store(struct clerk *clerk, int64_t now)
{
    const char *path = clerk->hub->config->database;
    struct error err;
    int answer;

    if (clerk->store && store_is_adrift(clerk->store))
        leave_adrift(clerk);
    if (clerk->store)
        return true;
    if (now < clerk->open_at)
        return false;
    clerk->open_at = now + REOPEN_MS;
    answer = clerk->was_open ? store_open_again(path, &clerk->store, &err)
                             : store_open(path, &clerk->store, &err);
    if (answer < 0) {
        trouble(clerk, &err);
        return false;
    }
    clerk->was_open = clerk->has_news = true;
    return true;
}

/* This version may be too old for what the database has become.  What runs here is handed back by
 * the connection that knew it, and nothing is claimed until it can be opened again. */
static void reopen(struct clerk *clerk, int64_t now)
{
    struct error err;

    clerk->has_news = true;
    if (count_held(clerk)) {
        hub_post_stop_all(clerk->hub);
        return;
    }
    read_live(clerk, &err);
    store_close(clerk->store);
    clerk->store = NULL;
    clerk->open_at = now + REOPEN_MS;
    set(clerk, &clerk->must_reopen, false);
}

static void round_once(struct clerk *clerk, bool is_poked)
{
    int64_t now = clock_monotonic_ms();
    struct error err = {0};
    bool had_news;

    clerk->has_news |= is_poked;
    if (clerk->store && must_reopen(clerk))
        reopen(clerk, now);
    if (!have_store(clerk, now))
        return;
    had_news = clerk->has_news;
    if (read_news(clerk, &err) < 0 || renew(clerk, now, &err) < 0 || say_goodbye(clerk, &err) < 0 ||
        claim(clerk, now, had_news, &err) < 0 || write_audiences(clerk, now, &err) < 0 ||
        watch_over(clerk, now, &err) < 0) {
        trouble(clerk, &err);
    } else if (clerk->is_troubled) {
        log_info("the journal can be read again");
        clerk->is_troubled = false;
    }
}

/* Waits for a poke or the next round.  False: stop. */
static bool wait_for_round(struct clerk *clerk, bool *ret_is_poked)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (clerk->n_live ? ROUND_MS : QUIET_MS) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&clerk->lock);
    while (!clerk->is_poked && !clerk->must_stop)
        if (pthread_cond_timedwait(&clerk->wake, &clerk->lock, &until) != 0)
            break;
    *ret_is_poked = clerk->is_poked;
    clerk->is_poked = false;
    goes_on = !clerk->must_stop;
    pthread_mutex_unlock(&clerk->lock);
    return goes_on;
}

static void *thread_main(void *arg)
{
    struct clerk *clerk = arg;
    bool is_poked;

    while (wait_for_round(clerk, &is_poked)) {
        round_once(clerk, is_poked);
        atomic_store(&clerk->hub->clerk_turned_ms, clock_monotonic_ms());
    }
    return NULL;
}

struct clerk *clerk_start(struct hub *hub)
{
    struct clerk *clerk = mem_new(struct clerk);
    pthread_condattr_t attr;

    clerk->hub = hub;
    clerk->may_claim = true;
    clerk->is_poked = true; /* the first round is now */
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&clerk->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&clerk->lock, NULL);
    pthread_mutex_init(&clerk->claiming, NULL);
    if (pthread_create(&clerk->thread, NULL, thread_main, clerk) != 0) {
        log_error("no thread can be started: the limit of processes is reached");
        exit(1);
    }
    return clerk;
}

void clerk_poke(struct clerk *clerk)
{
    set(clerk, &clerk->is_poked, true);
}

void clerk_audience(struct clerk *clerk, const struct audience *audience)
{
    struct audience *waiting;

    pthread_mutex_lock(&clerk->lock);
    waiting = audience_of(clerk, audience->job_id);
    if (waiting)
        *waiting = *audience;
    else
        audience_add(clerk, audience);
    pthread_mutex_unlock(&clerk->lock);
}

void clerk_watched(struct clerk *clerk, const char *job_id)
{
    pthread_mutex_lock(&clerk->lock);
    clerk->watched = mem_grow(clerk->watched, clerk->n_watched + 1, sizeof *clerk->watched);
    strcpy(clerk->watched[clerk->n_watched++], job_id);
    pthread_mutex_unlock(&clerk->lock);
}

void clerk_work_ended(struct clerk *clerk, const struct job *job)
{
    ptrdiff_t at;

    pthread_mutex_lock(&clerk->lock);
    at = held_find(clerk, job->id, job->run);
    clerk->held[at] = clerk->held[--clerk->n_held];
    pthread_mutex_unlock(&clerk->lock);
    clerk_poke(clerk);
}

void clerk_must_reopen(struct clerk *clerk)
{
    set(clerk, &clerk->must_reopen, true);
}

void clerk_stop_claiming(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->claiming);
    set(clerk, &clerk->may_claim, false);
    pthread_mutex_unlock(&clerk->claiming);
}

void clerk_stop(struct clerk *clerk)
{
    struct error err;

    set(clerk, &clerk->must_stop, true);
    pthread_join(clerk->thread, NULL);
    if (clerk->store && store_member_release(clerk->store, clerk->hub->member, &err) < 0)
        log_error("what runs here is not handed back, others will find it: %s", err.text);
    store_close(clerk->store);
    tdestroy(clerk->seen, seen_free);
    pthread_cond_destroy(&clerk->wake);
    pthread_mutex_destroy(&clerk->claiming);
    pthread_mutex_destroy(&clerk->lock);
    free(clerk->watched);
    free(clerk->audiences);
    free(clerk->held);
    free(clerk->orphans);
    free(clerk);
}
