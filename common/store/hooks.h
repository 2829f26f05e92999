/* hooks.h - hooks of jobs: where their events are delivered to, and how far that is.  As store.h: a
 * store belongs to one thread at a time.
 *
 * Each hook has a cursor of its own into its job's events, so they are delivered in their order,
 * the next one only after the one before.  A hook is claimed for a lease, and then by others, too:
 * an event is delivered at least once.  A hook goes with its job. */
#pragma once

#include "store/store.h"

/* The job's events from the first one on are delivered there.  The same request again changes
 * nothing, unless its hook was given up: then it is tried anew.  STORE_E_NOT_FOUND: no such job;
 * STORE_E_FULL: it has `most` other hooks. */
int store_hook_add(struct store *store, const struct hook_request *request, struct error *err);

/* Takes a hook with an event to deliver: first those that did not fail, then those that wait
 * longest.  STORE_E_NOT_FOUND: there is none.  After another error a hook may be claimed that the
 * caller does not know: its lease ends.  The caller calls hook_due_clear() in any case. */
int store_hook_claim(
    struct store *store, const struct hook_wish *wish, struct hook_due *ret_due, struct error *err);
void hook_due_clear(struct hook_due *due);

/* What came of a claim.  Nothing changes if somebody else has claimed the hook since and told the
 * same. */
int store_hook_delivered(struct store *store, const struct hook_due *due, struct error *err);
int store_hook_failed(struct store *store, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err);

/* The hooks that wait with an event, and those that were given up, oldest first: those behind
 * number `after`, at most `most` of them. */
int store_hook_each(struct store *store, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err);
int store_hook_count(struct store *store, struct hook_counts *ret_counts, struct error *err);
