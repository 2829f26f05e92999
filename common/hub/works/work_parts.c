/* work_parts.c - parts of a running job that other machines may make: see hub/kind/work.h. */
#include "hub/works/work_private.h"
#include "store/parts.h"

bool work_has_helpers(const struct work *work)
{
    return work->config->help && store_address_shares_parts(work->config->database);
}

int work_plan(struct work *work, const char *plan, int first, int n, struct error *err)
{
    const struct job_plan parts = {.text = plan, .first = first, .n = n};
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = store_plan_open(work->store, works_member(work->works), work->job.id, work->job.run,
            &parts, &work->plan, err);
    pthread_mutex_unlock(&work->lock);
    return work_check_lost(work, rc, err);
}

int work_part_claim(struct work *work, int *ret_number, struct error *err)
{
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = store_part_claim(work->store, works_member(work->works), work->plan, ret_number, err);
    pthread_mutex_unlock(&work->lock);
    return rc == STORE_E_NOT_FOUND ? WORK_E_NONE : rc;
}

int work_part_each(struct work *work, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err)
{
    int rc;

    pthread_mutex_lock(&work->lock);
    rc = work_open_store(work, err);
    if (rc == 0)
        rc = store_part_each(
            work->store, works_member(work->works), work->plan, from, each, ctx, err);
    pthread_mutex_unlock(&work->lock);
    return rc;
}

void work_part_count(struct work *work, enum part_fate fate)
{
    works_count_part(work->works, fate);
}
