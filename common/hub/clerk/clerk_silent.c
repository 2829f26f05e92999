/* clerk_silent.c - a job whose publisher is silent for too long fails, so that its viewers are not
 * left waiting.
 *
 * No clocks are compared: each process measures how long the job's run stays the same, and the
 * store refuses the end if the publisher has said something meanwhile.  While the store can't be
 * used a publisher can't be heard: that time does not count.  So a process that just started is
 * patient, and the first one that has waited long enough ends the job. */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "hub/clerk/clerk_private.h"

enum { GAP_MS = 2000 };

static int silent_end(
    struct clerk *clerk, const struct seen *seen, const char *reason, struct error *err)
{
    struct last_events last = {0};
    struct job job = {0};
    int rc;

    kind_finish(seen->kind,
        &(struct job_end){.state = JOB_FAILED,
            .error = reason,
            .traceparent = seen->traceparent,
            .metadata = seen->metadata},
        &last);
    rc = store_job_publish(clerk->store,
        &(struct job_publication){.job_id = seen->id,
            .run = seen->run,
            .end = JOB_FAILED,
            .error = reason,
            .last = last.at,
            .n_last = last.n},
        &job, err);
    last_events_clear(&last);
    job_clear(&job);
    return rc;
}

/* One that was ended by another process, or has a word of its publisher, is read again. */
static int silent_fail(struct clerk *clerk, struct seen *seen, int64_t now, struct error *err)
{
    char *reason = mem_format(
        "its publisher said nothing for %g s (Quiet)", (double)seen->kind->quiet_ms / 1000);
    int rc = silent_end(clerk, seen, reason, err);

    if (rc == 0)
        log_info("job %s: failed: %s", seen->id, reason);
    if (rc == 0)
        works_count_published(clerk->to.works, JOB_FAILED);
    if (rc >= 0) {
        seen->said_ms = now;
        inbox_poke(clerk->to.inbox);
    }
    free(reason);
    return rc < 0 ? rc : 0;
}

int clerk_fail_silent(struct clerk *clerk, int64_t now, struct error *err)
{
    struct seen **silent;
    int rc = 0;
    size_t n;

    if (now - clerk->silent_at > GAP_MS)
        clerk->heard_since = now;
    clerk->silent_at = now;
    if (!clerk->n_published)
        return 0;
    silent = seen_silent(&clerk->seen, now, clerk->heard_since, &n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = silent_fail(clerk, silent[i], now, err);
    free(silent);
    return rc;
}
