/* help_private.h - one visit of a helper to a job. */
#pragma once

#include <pthread.h>

#include "hub/helper/helper.h"

struct help {
    /* fixed during the visit */
    const struct config *config;
    const struct member *member;
    const atomic_bool *stop;
    struct plan_found plan;
    /* under lock: the threads of the kind's help() */
    pthread_mutex_t lock;
    struct store *store;
    /* atomic */
    atomic_ullong *n_made;
};
