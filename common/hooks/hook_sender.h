/* hook_sender.h - claims hooks, delivers their events, and writes down what came of it.  One
 * thread, except where noted. */
#pragma once

#include <stdatomic.h>

#include "base/config.h"
#include "hooks/hook_transfer.h"

enum { HOOK_SENDER_MOST = 32 /* transfers at once */ };

struct hook_sender {
    /* fixed after start; the caller's */
    const struct config *config;
    const struct hook_hosts *hosts;
    CURLM *multi; /* curl_multi_wakeup() may be called by any thread */

    struct store *store; /* NULL: not open */
    int n_active;
    struct hook_transfer *active[HOOK_SENDER_MOST];

    atomic_ullong n_delivered, n_failed; /* attempts */
};

bool hook_sender_is_full(const struct hook_sender *sender);

/* Begins to deliver what is due, as far as there is room for it.  The keys are read at each look:
 * so they change without a restart.  Negative: the database or the keys can't be read. */
int hook_sender_look(struct hook_sender *sender, struct error *err);

/* Sends and receives until something happens, `until_ms` (monotonic) at most.  Returns how many
 * deliveries have ended: the next event of such a hook may be due now. */
int hook_sender_turn(struct hook_sender *sender, int64_t until_ms);

/* Waits a moment for what is under way, ends the rest, and closes the store. */
void hook_sender_finish(struct hook_sender *sender);
