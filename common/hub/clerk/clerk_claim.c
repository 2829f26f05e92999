/* clerk_claim.c - the lease of this process, and the jobs it claims. */
#include "base/clock.h"
#include "base/log.h"
#include "hub/clerk/clerk_private.h"

enum {
    CLAIM_MS = 500, /* a dead owner writes nothing, so leases are looked at this often */
    CLAIMS_MOST = 32,
};

/* --- the lease --- */

static void clerk_lease_renewed(struct clerk *clerk)
{
    int leases = clerk->is_idle ? STORE_IDLE_LEASES : 1;

    clerk->renew_at = clock_monotonic_ms() + (int64_t)clerk->to.config->lease_ms * leases / 3;
}

/* A process that is idle no more has its usual lease at once: it may make parts of others' jobs,
 * which must be free again soon after its death. */
static bool clerk_set_idle(struct clerk *clerk)
{
    bool was_idle = clerk->is_idle;

    clerk->is_idle = clerk->n_live == 0 && inbox_count_runs(clerk->to.inbox) == 0;
    store_member_set_idle(clerk->member, clerk->is_idle);
    return was_idle && !clerk->is_idle;
}

/* A process that owns a job renews its lease, and where the lease is all that shows that it lives,
 * any process does.  Else it writes its row once, for those who ask who is there; if that fails, it
 * is no reason to keep viewers waiting for the next try. */
int clerk_renew(struct clerk *clerk, int64_t now, struct error *err)
{
    bool must_renew =
        inbox_count_runs(clerk->to.inbox) > 0 || store_member_lives_by_lease(clerk->member);
    int rc;

    if (clerk_set_idle(clerk))
        clerk->renew_at = now;
    if (now < clerk->renew_at || (clerk->is_listed && !must_renew))
        return 0;
    rc = store_member_renew(clerk->store, clerk->member, err);
    if (rc == 0 && !clerk->is_listed)
        store_member_began(clerk->member);
    clerk->is_listed |= rc == 0;
    if (rc == 0 || !must_renew)
        clerk_lease_renewed(clerk);
    return rc;
}

/* A process that is to stop may be killed before it has handed its jobs back: then it has not died
 * of them. */
int clerk_mark_stopping(struct clerk *clerk, struct error *err)
{
    int rc;

    if (clerk->is_marked_stopping || inbox_may_claim(clerk->to.inbox) ||
        !inbox_count_runs(clerk->to.inbox))
        return 0;
    rc = store_member_stop(clerk->store, clerk->member, err);
    clerk->is_marked_stopping = rc == 0;
    return rc;
}

/* --- claims --- */

/* A job of a kind that is not known here is only claimed to be canceled.  If the end can't be
 * written the job is an orphan: it is handed back and claimed again. */
static void clerk_cancel_unknown(struct clerk *clerk, const struct job *job)
{
    struct last_events last = {0};
    struct error err;

    log_info("job %s: %s", job->id, job_state_name(JOB_CANCELED));
    kind_finish(NULL,
        &(struct job_end){
            .state = JOB_CANCELED, .traceparent = job->traceparent, .metadata = job->metadata},
        &last);
    if (store_job_end(
            clerk->store, job->id, job->run, JOB_CANCELED, NULL, NULL, last.at, last.n, &err) < 0)
        log_error("job %s: %s", job->id, err.text);
    last_events_clear(&last);
}

static void clerk_begin(struct clerk *clerk, struct job *job)
{
    const struct job_kind *kind = kind_find(clerk->to.kinds, job->kind);

    if (kind) {
        inbox_add_run(clerk->to.inbox, job);
        works_post_start(clerk->to.works, kind, job);
    } else {
        clerk_cancel_unknown(clerk, job);
    }
    job_clear(job);
}

/* Without a free slot there may still be a job to cancel.  A claim whose outcome is not known is
 * made again with its tag: a job that it took would otherwise belong to this process, which does
 * not know.  `*ret_n`: CLAIMS_MOST if there may be more. */
static int clerk_claim_some(struct clerk *clerk, int *ret_n, struct error *err)
{
    int slots = clerk->to.config->slots;
    bool is_free = inbox_count_runs(clerk->to.inbox) < (size_t)slots;
    struct job jobs[CLAIMS_MOST] = {0};
    int rc;

    if (!*clerk->claim)
        digest_random_name(clerk->claim, STORE_TAG_LEN);
    rc = store_jobs_claim(clerk->store, clerk->member, is_free ? slots : 0, clerk->claim,
        CLAIMS_MOST, jobs, ret_n, err);
    if (rc < 0)
        return rc;
    *clerk->claim = '\0';
    if (*ret_n == 0)
        return 0;
    clerk->is_idle = false;
    clerk_lease_renewed(clerk);
    inbox_tell_news(clerk->to.inbox); /* store_news() does not report what this connection wrote */
    for (int i = 0; i < *ret_n; i++) {
        clerk_see_claimed(clerk, &jobs[i]);
        clerk_begin(clerk, &jobs[i]);
    }
    return 0;
}

int clerk_claim(struct clerk *clerk, int64_t now, bool may_claim, struct error *err)
{
    bool is_wanted = clerk->n_queued || clerk->n_foreign;
    int rc, n = CLAIMS_MOST;

    if (!is_wanted && clerk_kinds_are_able(clerk->kinds))
        return 0;
    if (now < clerk->claim_at && !(may_claim && clerk->n_queued))
        return 0;
    clerk->claim_at = now + CLAIM_MS;
    rc = clerk_choose_kinds(clerk, now, err);
    if (rc < 0 || !is_wanted)
        return rc;
    inbox_claims_begin(clerk->to.inbox);
    while (rc == 0 && n == CLAIMS_MOST && inbox_may_claim(clerk->to.inbox))
        rc = clerk_claim_some(clerk, &n, err);
    inbox_claims_end(clerk->to.inbox);
    return rc;
}
