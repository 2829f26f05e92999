/* hooks.h - the thread that delivers the events of jobs to the URLs that asked for them.
 *
 * Each process with CASECAST_WEBHOOK_HOSTS has one; the store lets one of them at a time have a
 * hook.  A delivery whose outcome could not be written is made again: it is made at least once.
 *
 * Room: webhooks: who may get them, how they are signed, and the thread that delivers them.
 * May use: base, job, store.
 * Used by: cli, fcgi, fcgi/kind, fcgi/monitor, fcgi/route. */
#pragma once

#include "base/config.h"
#include "hooks/hook_hosts.h"

struct hooks;

struct hooks_counts {
    unsigned long long n_delivered, n_failed; /* attempts of this process */
};

/* -ERR_INPUT: CASECAST_WEBHOOK_HOSTS or the keys have a mistake, or hosts are named and there are
 * no keys: a hook without a signature can't be told from a forged one. */
int hooks_check(const struct config *config, struct error *err);

/* Starts the thread, if any host is named.  `config` outlives it. */
int hooks_start(const struct config *config, struct hooks **ret_hooks, struct error *err);
/* Takes NULL.  Waits for deliveries under way, some seconds at most; what is not delivered then is
 * when its lease has ended. */
void hooks_stop(struct hooks *hooks);

/* --- any thread --- */

const struct hook_hosts *hooks_hosts(const struct hooks *hooks);
/* The thread looks for something to deliver at once, not some hundred milliseconds later. */
void hooks_poke(struct hooks *hooks);
void hooks_count(const struct hooks *hooks, struct hooks_counts *ret_counts);
