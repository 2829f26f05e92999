/* clerk_watch.c - writes down who watches in this process, and cancels jobs that nobody watches any
 * more in any process. */
#include <stdlib.h>

#include "base/log.h"
#include "hub/clerk/clerk_private.h"

enum {
    AUDIENCE_MS = 200, /* audiences are written at most this often, however many come and go */
    ROLL_CALL_MOST_MS = 15000, /* between two roll calls */
    FRESH_MS = 5000, /* a job is written down as watched at most this often, by all processes */
};

/* --- audiences --- */

int clerk_write_audiences(struct clerk *clerk, int64_t now, struct error *err)
{
    struct audience *audiences;
    size_t n;
    int rc;

    if (now < clerk->audience_at)
        return 0;
    audiences = inbox_take_audiences(clerk->to.inbox, &n);
    if (n == 0)
        return 0;
    clerk->audience_at = now + AUDIENCE_MS;
    rc = store_audiences_write(clerk->store, clerk->member, audiences, n, err);
    if (rc < 0)
        inbox_return_audiences(clerk->to.inbox, audiences, n);
    free(audiences);
    return rc;
}

/* --- jobs that nobody watches --- */

/* If that fails, the next roll call finds the job again. */
static int clerk_cancel(struct clerk *clerk, struct seen *seen, struct error *err)
{
    struct last_events last = {0};
    struct job job = {0};
    bool is_first;
    int rc;

    kind_finish(seen->kind,
        &(struct job_end){
            .state = JOB_CANCELED, .traceparent = seen->traceparent, .metadata = seen->metadata},
        &last);
    rc = store_job_cancel(
        clerk->store, seen->id, CANCEL_LEFT, last.at, last.n, &job, &is_first, err);
    last_events_clear(&last);
    if (rc == 0 && is_first) /* another process may find the same at the same time */
        log_info("job %s: canceled, nobody has watched it for %d s", seen->id,
            clerk->to.config->cancel_unwatched_s);
    seen->cancel_wanted = true;
    job_clear(&job);
    return rc < 0 ? rc : 0;
}

static int clerk_cancel_all(struct clerk *clerk, int64_t now, struct error *err)
{
    int rc = clerk_read_live(clerk, err);
    struct seen **unwatched;
    size_t n;

    if (rc < 0)
        return rc;
    unwatched = seen_unwatched(
        &clerk->seen, now - (int64_t)clerk->to.config->cancel_unwatched_s * 1000, &n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = clerk_cancel(clerk, unwatched[i], err);
    if (n)
        inbox_poke(clerk->to.inbox); /* store_news() does not report what this connection wrote */
    free(unwatched);
    return rc;
}

static int clerk_write_watched(struct clerk *clerk, int64_t pause_ms, struct error *err)
{
    int fresh_ms = pause_ms / 2 < FRESH_MS ? (int)pause_ms / 2 : FRESH_MS;
    size_t n;
    char(*watched)[JOB_ID_LEN + 1] = inbox_take_watched(clerk->to.inbox, &n);
    int rc = n ? store_jobs_watched(clerk->store, watched, n, fresh_ms, err) : 0;

    free(watched);
    return rc;
}

/* At each roll call every process writes down which jobs have viewers in it; all processes see
 * whether any of them did. */
int clerk_cancel_unwatched(struct clerk *clerk, int64_t now, struct error *err)
{
    int64_t limit_ms = (int64_t)clerk->to.config->cancel_unwatched_s * 1000;
    int64_t pause_ms = limit_ms / 4 < ROLL_CALL_MOST_MS ? limit_ms / 4 : ROLL_CALL_MOST_MS;

    if (!limit_ms)
        return 0;
    if (clerk_write_watched(clerk, pause_ms, err) < 0)
        return -1;
    if (now < clerk->roll_call_at)
        return 0;
    /* A process that slept called no roll meanwhile: what it saw before says nothing. */
    if (now - clerk->roll_call_at > pause_ms)
        clerk->roll_called_since = now;
    clerk->roll_call_at = now + pause_ms;
    viewers_post_roll_call(clerk->to.viewers);
    return now - clerk->roll_called_since < limit_ms ? 0 : clerk_cancel_all(clerk, now, err);
}
