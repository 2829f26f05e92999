/* help_private.h - one visit of a helper to a job. */
#pragma once

#include <pthread.h>

#include "hub/helper/helper.h"

enum { HELP_LOOK_MS = 5000 /* between two looks which job needs help most */ };

struct help {
    /* fixed during the visit */
    const struct config *config;
    const struct member *member;
    const atomic_bool *stop;
    struct plan_found plan;
    /* under lock: the threads of the kind's help() */
    pthread_mutex_t lock;
    struct store *store;
    int64_t look_at_ms; /* then it is looked anew which job needs help most */
    bool is_over;       /* another one does */
    /* atomic */
    atomic_ullong *n_made;
};
