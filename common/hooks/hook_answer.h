/* hook_answer.h - what a receiver's answer means, and when to try again.  Any thread. */
#pragma once

#include <stdint.h>

enum {
    HOOK_TRY_MS = 24 * 3600 * 1000, /* after the first attempt a delivery is given up */
    HOOK_PAUSE_FIRST_MS = 5000,     /* after the first attempt; then each time twice as long … */
    HOOK_PAUSE_MOST_MS = 3600 * 1000,     /* … up to this */
    HOOK_ASKED_MOST_MS = 6 * 3600 * 1000, /* the longest Retry-After that is honoured */
};

enum hook_answer {
    HOOK_TAKEN,   /* 2xx */
    HOOK_REFUSED, /* anything else, or no answer: it is tried again.  "Standard Webhooks" makes no
                     difference between 4xx and 5xx: a receiver that is being set up answers 404 */
    HOOK_GONE,    /* 410: the receiver wants no more of it */
};

/* `status`: of HTTP; 0: there was no answer. */
enum hook_answer hook_answer_of(long status);

/* How long to wait after attempt number `attempt` (from 1), ms.  `chance`: any random number, which
 * makes it up to a quarter shorter or longer, so that hooks that failed together do not come back
 * together.  `asked_s`: Retry-After; 0: none; it makes the pause longer only. */
int64_t hook_pause_ms(int attempt, uint32_t chance, int64_t asked_s);
