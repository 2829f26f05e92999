/* clerk_read.c - passes on what is new in the store: states, progress and requests to cancel of the
 * live jobs, and the events of the journal. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/clerk/clerk_private.h"
#include "hub/kind/encode.h"

enum {
    TAIL_MOST = 256, /* events a read */
    LOOK_MS = 40,    /* between two looks at all live jobs, unless one is wanted now … */
    LOOK_SHARE = 4, /* … and at least so many times what the last one took: a queue may be long */
};

/* --- what is queued or running --- */

static void clerk_pass_state(struct clerk *clerk, struct seen *seen, const struct job *job)
{
    struct job_event note = {.name = "job"};
    char *data;

    if (!seen->kind || (seen->state == job->state && seen->position == job->position))
        return;
    seen->state = job->state;
    seen->position = job->position;
    note.data = data = hub_job_data(seen->kind, job);
    viewers_post_note(clerk->to.viewers, job->id, &note, false);
    free(data);
}

static void clerk_pass_progress(struct clerk *clerk, struct seen *seen, const struct job *job)
{
    struct job_event note = {.name = "progress", .data = job->progress};

    if (!job->progress || (seen->progress && strcmp(seen->progress, job->progress) == 0))
        return;
    free(seen->progress);
    seen->progress = mem_copy(job->progress);
    viewers_post_note(clerk->to.viewers, job->id, &note, true);
}

/* A running job of ours: is it worked on, and is it to stop? */
static void clerk_see_ours(struct clerk *clerk, struct seen *seen, const struct job *job)
{
    if (!inbox_has_run(clerk->to.inbox, job)) {
        runs_add(&clerk->orphans, job);
    } else if (job->cancel_wanted && !seen->is_stopped) {
        seen->is_stopped = true;
        works_post_stop(clerk->to.works, job->id, WORK_CANCELED);
    }
}

/* A job that is published may only be claimed to be canceled, which has time. */
static void clerk_count_live(
    struct clerk *clerk, const struct seen *seen, const struct job *job, bool is_ours)
{
    bool is_published = seen_is_published(seen);

    clerk->n_live++;
    clerk->n_published += is_published;
    clerk->n_queued += job->state == JOB_QUEUED && !is_published;
    clerk->n_foreign += is_published || (job->state == JOB_RUNNING && !is_ours);
}

static void clerk_see_stamps(struct seen *seen, const struct job *job)
{
    if (seen->watched_stamp != job->watched_ms) {
        seen->watched_stamp = job->watched_ms;
        seen->watched_ms = clock_monotonic_ms();
    }
    if (seen->run != job->run) {
        seen->run = job->run;
        seen->said_ms = clock_monotonic_ms();
    }
}

static void clerk_see_live(void *ctx, const struct job *job, const char *owner)
{
    struct clerk *clerk = ctx;
    struct seen *seen = seen_of(&clerk->seen, job->id);
    bool is_ours = owner && strcmp(owner, store_member_name(clerk->member)) == 0;

    seen->is_live = true;
    seen->kind = kind_find(clerk->to.kinds, job->kind);
    seen->cancel_wanted = job->cancel_wanted;
    strcpy(seen->traceparent, job->traceparent);
    if (!seen->metadata)
        seen->metadata = mem_copy(job->metadata);
    clerk_see_stamps(seen, job);
    clerk_count_live(clerk, seen, job, is_ours);
    if (is_ours)
        clerk_see_ours(clerk, seen, job);
    clerk_pass_state(clerk, seen, job);
    clerk_pass_progress(clerk, seen, job);
}

void clerk_see_claimed(struct clerk *clerk, const struct job *job)
{
    struct seen *seen = seen_of(&clerk->seen, job->id);

    seen->kind = kind_find(clerk->to.kinds, job->kind);
    clerk_pass_state(clerk, seen, job);
}

/* Jobs that were claimed, but whose end could not be written, whose work could not begin, or whose
 * claim's outcome was not known: other processes may run them.  A run that ended since it was read
 * is not touched. */
static int clerk_release_orphans(struct clerk *clerk, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < clerk->orphans.n; i++) {
        const struct run *orphan = &clerk->orphans.items[i];

        log_warning("job %s: nobody works on it here, it is handed back", orphan->job_id);
        rc = store_job_release(clerk->store, orphan->job_id, orphan->run, err);
    }
    if (clerk->orphans.n)
        inbox_poke(clerk->to.inbox);
    return rc;
}

int clerk_read_live(struct clerk *clerk, struct error *err)
{
    int rc;

    clerk->n_live = clerk->n_queued = clerk->n_foreign = clerk->n_published = 0;
    runs_clear(&clerk->orphans);
    rc = store_live(clerk->store, clerk_see_live, clerk, err);
    if (rc < 0)
        return rc;
    seen_end_pass(&clerk->seen);
    inbox_set_foreign(clerk->to.inbox, clerk->n_foreign > 0);
    return clerk_release_orphans(clerk, err);
}

/* --- the journal --- */

struct tail {
    struct clerk *clerk;
    int n;
};

static void clerk_pass_event(
    void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct tail *tail = ctx;

    tail->n++;
    tail->clerk->position = position;
    viewers_post_event(tail->clerk->to.viewers, position, job_id, event);
}

static int clerk_read_tail(struct clerk *clerk, struct error *err)
{
    struct tail tail = {.clerk = clerk, .n = TAIL_MOST};
    int rc = 0;

    while (rc == 0 && tail.n == TAIL_MOST) {
        tail.n = 0;
        rc = store_tail(clerk->store, clerk->position, TAIL_MOST, clerk_pass_event, &tail, err);
    }
    return rc;
}

/* The journal is followed from where it ended when this process first read it; viewers read older
 * events from the store. */
static int clerk_find_position(struct clerk *clerk, struct error *err)
{
    int rc;

    if (clerk->has_position)
        return 0;
    rc = store_position(clerk->store, &clerk->position, err);
    if (rc < 0)
        return rc;
    clerk->has_position = true;
    viewers_post_start(clerk->to.viewers, clerk->position);
    return 0;
}

void clerk_want_news(struct clerk *clerk)
{
    clerk->has_news = clerk->has_live_news = clerk->must_look = true;
}

void clerk_forget(struct clerk *clerk)
{
    clerk->has_position = false;
    seen_clear(&clerk->seen);
}

/* --- both --- */

int clerk_look_in_ms(const struct clerk *clerk)
{
    int64_t pause_ms = LOOK_SHARE * clerk->look_ms, in_ms;

    if (!clerk->has_live_news)
        return INT_MAX;
    if (!clerk->must_look && pause_ms < LOOK_MS)
        pause_ms = LOOK_MS;
    in_ms = clerk->looked_at + pause_ms - clock_monotonic_ms();
    return in_ms > 0 ? (int)in_ms : 0;
}

/* A look that fails leaves its flags set: the next round looks again. */
static int clerk_look(struct clerk *clerk, struct error *err)
{
    int64_t began = clock_monotonic_ms();

    if (clerk_read_live(clerk, err) < 0)
        return -1;
    clerk->looked_at = clock_monotonic_ms();
    clerk->look_ms = clerk->looked_at - began;
    clerk->has_live_news = clerk->must_look = false;
    return 0;
}

/* The same of the journal. */
int clerk_read_news(struct clerk *clerk, struct error *err)
{
    if (!clerk->has_position)
        clerk_want_news(clerk);
    if (clerk_find_position(clerk, err) < 0 ||
        (clerk_look_in_ms(clerk) == 0 && clerk_look(clerk, err) < 0) ||
        (clerk->has_news && clerk_read_tail(clerk, err) < 0))
        return -1;
    clerk->has_news = false;
    return 0;
}
