/* parts.h - parts of running jobs that other machines may make.  As store.h: a store belongs to one
 * thread at a time.  `member` is only read, on any thread.  All is gone with the job's end.
 *
 * Nothing here is durable: a claim that is lost with the server is made again, and what two
 * machines made is the same. */
#pragma once

#include "store/store.h"

/* False: the database is for one machine (SQLite), and the functions below are not called. */
bool store_shares_parts(const struct store *store);
bool store_address_shares_parts(const char *address);

/* Opens the plan of this run's job, for helpers of the member's engine.  The same plan again, also
 * by a later run: what was made of it stays, and what others have claimed; the member's own claims
 * are free again.  Another plan takes its place.  `*ret_plan`: its number.  STORE_E_LOST. */
int store_plan_open(struct store *store, const struct member *member, const char *id, int64_t run,
    const struct job_plan *plan, int64_t *ret_plan, struct error *err);

/* A plan with a part to claim, of the member's engine and kinds, whose job runs on another machine
 * that lives: the one with the fewest parts from the first free one on, then with the fewest
 * helpers, then the oldest.  STORE_E_NOT_FOUND: there is none.
 * STORE_E_OTHER: there are only such of other engines, and `ret_plan->engine` is one of these. The
 * caller calls plan_found_clear() in any case. */
int store_plan_find(struct store *store, const struct member *member, struct plan_found *ret_plan,
    struct error *err);
void plan_found_clear(struct plan_found *plan);

/* Claims a part that nobody has made, and that nobody has claimed who lives: for the job's owner
 * the first one, which it waits for next; for a helper one of the next few, close to what it made,
 * and away from what others make now.  Of the last ones, when no more are free than are being made,
 * the largest that the plan's `sizes` tell of.  A claim holds for a lease, and then as long as the member
 * renews its own.  STORE_E_NOT_FOUND: there is none, or the job has ended. */
int store_part_claim(struct store *store, const struct member *member, int64_t plan,
    int *ret_number, struct error *err);
/* The member has made a part, and left it under `key`; NULL: it gives its claim back. */
int store_part_made(struct store *store, const struct member *member, int64_t plan, int number,
    const char *key, struct error *err);
/* The parts from `from` on that others have claimed, or that were made, in order; the first 256. */
int store_part_each(struct store *store, const struct member *member, int64_t plan, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err);
