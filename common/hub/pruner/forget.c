/* forget.c - how one job is forgotten. */
#include "base/log.h"
#include "hub/pruner/pruner.h"

int pruner_forget(struct store *store, const struct config *config, const struct job_kind *kind,
    const struct job *job, struct error *err)
{
    bool shares;
    int rc = store_job_shares_key(store, job->id, &shares, err);

    if (rc == 0 && !job_state_is_final(job->state))
        rc = STORE_E_LIVE;
    if (rc == 0 && !shares && kind->drop)
        rc = kind->drop(config, job, err);
    if (rc == 0)
        rc = store_job_forget(store, job->id, err);
    if (rc == 0)
        log_info(
            "job %s: forgotten, %s %s %s", job->id, kind->name, kind->subject_name, job->subject);
    return rc;
}
