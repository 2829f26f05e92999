/* clerk_private.h - the clerk's own state, on its thread alone except where noted.
 *
 * clerk.c owns the thread and the connection, clerk_read.c what is read from the store,
 * clerk_claim.c the lease and the claims, clerk_kinds.c which kinds are claimed, clerk_watch.c who
 * watches, clerk_silent.c who publishes no more. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "hub/clerk/clerk.h"
#include "hub/clerk/seen.h"
#include "hub/inbox/runs.h"

struct clerk {
    /* fixed after start */
    struct clerk_links to;
    pthread_t thread;
    struct member *member; /* the clerk's thread alone, but for its name */

    /* atomic: set by the clerk, read by all */
    atomic_llong turned_ms;

    /* clerk.c */
    struct store *store; /* NULL: not open */
    bool was_open;       /* from then on no database is made in the place of a deleted one */
    bool is_troubled;    /* a lasting trouble is logged once */
    int64_t open_at;

    /* clerk_read.c */
    bool has_news;      /* the journal may have more than was read … */
    bool has_live_news; /* … and the live jobs may be others */
    bool must_look;     /* at the live jobs, and now */
    int64_t looked_at;  /* when all live jobs were read last … */
    int64_t look_ms;    /* … and how long that took */
    bool has_position;
    uint64_t position; /* of the last journal entry that was passed on */
    struct seen_jobs seen;
    struct runs orphans; /* ours, as last read, but not worked on here */
    int n_live, n_queued, n_foreign, n_published;

    /* clerk_claim.c */
    int64_t renew_at, claim_at;
    bool is_listed; /* its row was written to this database */
    bool is_idle;   /* as of the last renewal: no job lives */
    struct clerk_kinds *kinds;
    char claim[STORE_TAG_LEN + 1]; /* tag of the claim whose outcome is not known; "": none */
    bool is_marked_stopping;       /* in the store */

    /* clerk_watch.c */
    int64_t roll_call_at, audience_at;
    int64_t roll_called_since; /* without a gap */

    /* clerk_silent.c */
    int64_t silent_at, heard_since; /* the last look, and since when there was one without a gap */
};

/* Each returns 0, or an error that the clerk logs; what was not done is tried again at the next
 * round. */

int clerk_read_news(struct clerk *clerk, struct error *err);
int clerk_read_live(struct clerk *clerk, struct error *err);
void clerk_see_claimed(struct clerk *clerk, const struct job *job); /* before the next look */
void clerk_want_news(struct clerk *clerk); /* all is to be read at the next round */
/* How long the next look at the live jobs waits, ms; INT_MAX: none is wanted. */
int clerk_look_in_ms(const struct clerk *clerk);
void clerk_forget(struct clerk *clerk); /* all that was read: the database is gone */

int clerk_renew(struct clerk *clerk, int64_t now, struct error *err);
int clerk_mark_stopping(struct clerk *clerk, struct error *err);
/* `may_claim`: this round need not wait for the time of the next claim. */
int clerk_claim(struct clerk *clerk, int64_t now, bool may_claim, struct error *err);

struct clerk_kinds *clerk_kinds_new(const struct job_kind *const *list);
void clerk_kinds_free(struct clerk_kinds *kinds);
/* Takes the kinds as they are now. */
void clerk_kinds_renew(struct clerk *clerk);
/* The names of all, each between commas: before the first clerk_choose_kinds(). */
const char *clerk_kinds_all(const struct clerk_kinds *kinds);
/* As in member_info. */
const char *clerk_kinds_limits(const struct clerk_kinds *kinds);
/* Can all be run here, as far as is known, and do others know? */
bool clerk_kinds_are_able(const struct clerk_kinds *kinds);
/* Before claims. */
int clerk_choose_kinds(struct clerk *clerk, int64_t now, struct error *err);

int clerk_write_audiences(struct clerk *clerk, int64_t now, struct error *err);
int clerk_cancel_unwatched(struct clerk *clerk, int64_t now, struct error *err);

int clerk_fail_silent(struct clerk *clerk, int64_t now, struct error *err);
