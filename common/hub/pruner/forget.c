/* forget.c - how one job is forgotten.
 *
 * A new job of the same key may begin at any moment, also while this process is stopped between its
 * question to the store and its removal of the files.  So the kind asks again when the files have
 * no names any more that others look for: who begins after that answer finds none, and makes his
 * own. */
#include "base/log.h"
#include "hub/pruner/pruner.h"

struct forgetting {
    struct store *store;
    const struct job *job;
};

static int forgetting_shares(void *ctx, bool *ret_shares, struct error *err)
{
    const struct forgetting *forgetting = ctx;

    return store_job_shares_key(forgetting->store, forgetting->job->id, ret_shares, err);
}

int pruner_forget(struct store *store, const struct config *config, const struct job_kind *kind,
    const struct job *job, struct error *err)
{
    struct forgetting forgetting = {.store = store, .job = job};
    const struct key_sharing sharing = {.ask = forgetting_shares, .ctx = &forgetting};
    bool shares;
    int rc = sharing.ask(sharing.ctx, &shares, err);

    if (rc == 0 && !job_state_is_final(job->state))
        rc = STORE_E_LIVE;
    if (rc == 0 && !shares && kind->drop)
        rc = kind->drop(config, job, &sharing, err);
    if (rc == 0)
        rc = store_job_forget(store, job->id, err);
    if (rc == 0)
        log_info(
            "job %s: forgotten, %s %s %s", job->id, kind->name, kind->subject_name, job->subject);
    return rc;
}
