/* help.c - what a kind's help() may ask: see hub/kind/help.h. */
#include "hub/kind/help.h"

#include "base/clock.h"
#include "base/log.h"
#include "hub/helper/help_private.h"

const char *help_input(const struct help *help)
{
    return help->plan.input;
}

const char *help_plan(const struct help *help)
{
    return help->plan.text;
}

int help_first(const struct help *help)
{
    return help->plan.first;
}

int help_n(const struct help *help)
{
    return help->plan.n;
}

const struct config *help_config(const struct help *help)
{
    return help->config;
}

const atomic_bool *help_stop(const struct help *help)
{
    return help->stop;
}

/* A visit goes on while no other job needs help more, as all that was loaded for it is of use.  0,
 * HELP_E_NONE or an error. */
static int help_look_locked(struct help *help, struct error *err)
{
    struct plan_found plan = {0};
    int64_t now = clock_monotonic_ms();
    int rc = 0;

    if (!help->is_over && now >= help->look_at_ms) {
        help->look_at_ms = now + HELP_LOOK_MS;
        rc = store_plan_find(help->store, help->member, &plan, err);
        help->is_over = rc == 0 && plan.number != help->plan.number;
        plan_found_clear(&plan);
    }
    return rc < 0 ? rc : help->is_over ? HELP_E_NONE : 0;
}

int help_claim(struct help *help, int *ret_number, struct error *err)
{
    int rc;

    pthread_mutex_lock(&help->lock);
    rc = help_look_locked(help, err);
    if (rc == 0)
        rc = store_part_claim(help->store, help->member, help->plan.number, ret_number, err);
    pthread_mutex_unlock(&help->lock);
    return rc == STORE_E_NOT_FOUND ? HELP_E_NONE : rc;
}

/* If it can't be noted, the claim ends with our lease at the latest, and the job's owner finds the
 * part late. */
void help_made(struct help *help, int number, const char *key)
{
    struct error err;
    int rc;

    pthread_mutex_lock(&help->lock);
    rc = store_part_made(help->store, help->member, help->plan.number, number, key, &err);
    pthread_mutex_unlock(&help->lock);
    if (rc < 0)
        log_warning("job %s: part %d is made here, and its owner is not told: %s",
            help->plan.job_id, number, err.text);
    else if (key)
        atomic_fetch_add(help->n_made, 1);
}
