/* helper.h - the thread that lets this process make parts of jobs that run on other machines.
 *
 * Own jobs come first: whether something is spare is for the kind's help() to know, which claims
 * nothing before.  A process that sees no running job of others asks nothing.
 *
 * Room: parts of jobs that run on other machines.
 * May use: base, hub/inbox, hub/kind, store.
 * Used by: hub. */
#pragma once

#include "hub/inbox/inbox.h"
#include "hub/kind/kind.h"
#include "store/parts.h"

struct helper;

/* All arguments outlive it.  NULL: CASECAST_HELP is 0, the database is for one machine, or no kind
 * has parts. */
struct helper *helper_start(const struct config *config, const struct kinds *kinds,
    struct inbox *inbox, const struct member *member);
void helper_stop(struct helper *helper); /* what is begun is given up within a frame.  Takes NULL */
void helper_free(struct helper *helper); /* waits for the thread's end.  Takes NULL */

/* --- any thread --- */

unsigned long long helper_parts_made(const struct helper *helper); /* takes NULL */

/* Engines whose jobs this process may not help with, and how many of these jobs it has seen. */
void helper_each_refused(struct helper *helper,
    void (*each)(void *ctx, const char *engine, unsigned long long n), void *ctx);
