/* records.h - what callers of the store and its engines exchange.  Plain records; any thread.
 *
 * Room: what an engine of databases must provide.
 * May use: base, case, job.
 * Used by: store, store/postgres, store/postgres/jobs, store/postgres/link, store/rows,
 *     store/sqlite, store/sqlite/db, store/sqlite/jobs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"
#include "case/case_search.h"
#include "job/job.h"
#include "job/part.h"

enum { STORE_WAIT_MS = 2000 }; /* no call waits longer for another program's lock */

/* Positive return codes of the store. */
enum store_answer {
    STORE_E_NOT_FOUND = 1, /* no such case, no such job, nothing to claim */
    STORE_E_FULL,          /* as many jobs are queued as may be */
    STORE_E_FULL_KIND,     /* of this kind */
    STORE_E_FULL_CLIENT,   /* for this client */
    STORE_E_OTHER,         /* other engines than ours made all plans that there are */
    STORE_E_LIVE,          /* the job has not ended */
    STORE_E_REUSED,        /* the request has the name of another one */
    STORE_E_READ_ONLY,     /* the cases are somebody else's views or tables */
    STORE_E_LOST,          /* the job belongs to another run, or has ended: write nothing more */
};

/* What store_examine() says. */
enum store_finding {
    STORE_FOUND,   /* the database: where it is, and what it can do */
    STORE_ALRIGHT, /* something else, which is as it should be */
    STORE_NOTE,    /* something that the operator should know */
};

enum store_part { STORE_CASES = 1, STORE_JOBS = 2 };

enum { STORE_REQUEST_MS = 86400000 }; /* for which the name of a request is known */

/* --- cases --- */

struct case_summary {
    const char *id, *title, *language; /* valid during the call */
    enum case_shape shape;
    int n_scenes;
};

/* Which cases a list shows, in the natural order of their ids (text_compare_naturally()). */
struct case_filter {
    int most;                         /* cases, at most; 0: all */
    const char *after;                /* only those behind this id, which need not be there; NULL: all */
    const struct case_search *search; /* only those whose title and captions hold all of its words;
                                         NULL: all */
};

/* One case that is written or removed, if `may` agrees. */
struct case_edit {
    const char *id;
    const struct case_record *record; /* with this id; NULL: the case is removed */
    /* Called once, in the transaction that writes: what is there now.  `was` NULL with `is_there`:
     * rows that no case can be read from.  0: go on; anything else is what the call returns. */
    int (*may)(void *ctx, bool is_there, const struct case_record *was, struct error *err);
    void *ctx;
};

/* --- jobs --- */

/* The owner of a job whose events come from outside.  No member has such a name. */
#define STORE_PUBLISHER "publisher"

/* --- hooks: who is to be told of a job's events --- */

enum { HOOK_ID_LEN = 20 };

struct hook_request {
    const char *job_id; /* NULL: of the job that is made with it */
    const char *url, *host;
    const char *events;   /* their names, each between commas (",done,end,"); "": all.  Events
                             without a name are called "message" */
    const char *metadata; /* JSON that comes back with each delivery; "": none */
    int most;             /* STORE_E_FULL beyond so many hooks of a job */
    char id[HOOK_ID_LEN + 1], key[DIGEST_HEX_LEN + 1]; /* filled by the store */
};

/* What the publisher of a job says of it, at once. */
struct job_publication {
    const char *job_id;
    int64_t run;                    /* only while the job has this run; -1: whatever run it has */
    const struct job_event *events; /* durable ones */
    int n_events, most;             /* the job has at most `most` events before its last ones */
    const char *progress;           /* JSON; NULL: nothing new */
    enum job_state end;             /* a final state: the job ends so; another one: it goes on */
    const char *result, *error;
    const struct job_event *last; /* its last events, if it ends */
    int n_last;
};

/* What the owner of a job's run writes at once.  `run` as its claim gave it. */
struct run_write {
    const char *job_id;
    int64_t run;
    const struct job_event *events; /* journaled in this order */
    int n_events;
    enum job_state end; /* a final state: the job ends so, with these events as its last; another
                           one: it goes on */
    const char *result, *error;
    int64_t clear_after_ms; /* after this end: see store_job_each_to_clear(); 0: never */
    int answer;             /* 0 or STORE_E_LOST */
};

struct job_request {
    const char *id; /* of a new job (job_id_make()); asked again with the same id, that job is still
                       the new one.  NULL: the store makes one */
    const char *kind, *subject, *key;
    const char *input;             /* JSON; NULL: no job is made */
    const char *engine;            /* that `key` was made for, as in member_info: the job waits for
                                      such a member while one lives.  NULL: for nobody */
    const struct job_event *first; /* journaled with a new job */
    int priority;                  /* of a new job; one that is there keeps its own */
    const char *traceparent;       /* the same; NULL: none */
    const char *metadata;          /* the same: JSON, an object; NULL: none */
    const struct hook_request *hook; /* made with a new job; NULL: none */
    int max_queued;                  /* STORE_E_FULL beyond that */
    /* STORE_E_FULL_KIND, STORE_E_FULL_CLIENT beyond that; 0: no limit */
    int max_queued_kind, max_queued_client;
    const char *client; /* whom a new job counts for: a digest; NULL: nobody */
    /* A client that reconnects without Last-Event-ID must not begin a failed job anew each time. So
     * the newest job of the key is also found if it failed, was canceled, or is to be canceled (but
     * not as CANCEL_LEFT): less than hold_ms ago, or if `viewer` (NULL: nobody) was told of it less
     * than told_hold_ms ago (store_job_told()).  0: the caller wants it made anew. */
    int64_t hold_ms, told_hold_ms;
    const char *viewer;
    /* A client gives its request a name, so that it can ask again: digests of the name and of what
     * is asked.  In the next STORE_REQUEST_MS the same name gives the same job, whatever became of
     * it, unless it is one of `gone`; STORE_E_REUSED: with something else asked.  NULL: no name. */
    const char *request_name, *request_body;
    /* Done jobs of this key up to this number count no more: the caller found that the files of the
     * newest of them are gone (older ones had the same place).  0: all count. */
    int64_t gone;
};

/* Which jobs a list shows: the newest first, or those that are queued in the order of the queue. */
struct job_filter {
    int most;            /* jobs, at most */
    const char *state;   /* by job_state_name(); NULL: all */
    const char *kind;    /* NULL: all */
    const char *subject; /* NULL: all */
    int64_t before;      /* only jobs of a lower number; 0: all */
    bool in_turn;        /* the queue; `state` and `before` say nothing then */
    int after_priority;  /* only what is behind the place of this priority and number; */
    int64_t after;       /* 0: all */
};

enum { STORE_INPUT_KEPT = 65536 /* bytes: a failed job keeps a shorter input */ };

/* A live job that is watched; valid during the call. */
struct audience_row {
    const char *job_id, *kind, *subject;
    long long n, all; /* streams of this job; of all jobs that are watched */
};

/* Who watches.  A watcher is named by two digests, of its address and of the name it gave itself,
 * as "0123456789abcdef/0123456789abcdef"; WATCHER_UNNAMED takes the place of a name that was not
 * given. */
enum { WATCHER_LEN = 33, AUDIENCE_LISTED = 8 };
#define WATCHER_UNNAMED "----------------"

/* The streams that one process has of one job. */
struct audience {
    char job_id[JOB_ID_LEN + 1];
    int n;
    char who[AUDIENCE_LISTED * (WATCHER_LEN + 1)]; /* the first of them, a space between two */
};

/* What other processes and `casecast` may read of a member.  The texts outlive the member. */
struct member_info {
    const char *kinds;   /* that it can run, each between commas (",video,"); NULL: all */
    const char *machine; /* host name; NULL: "" */
    const char *engine;  /* of what makes its results; NULL: "" */
    int slots;           /* jobs that run at once on its machine */
    const char *limits;  /* of them, of a kind: JSON, {"report":2}; NULL: no kind has a limit */
    int64_t lease_ms;    /* silent for so long, it loses its jobs */
};

enum { STORE_IDLE_LEASES = 5 /* an idle member's lease is so many times as long */ };

/* A member as others see it; valid during the call. */
struct member_row {
    const char *name, *machine, *engine;
    const char *kinds; /* that it can run now, as in member_info; "": all; ",": none */
    int slots;
    int64_t silent_ms; /* its lease ended so long ago though it needs one; 0: it has a good one, or
                          needs none */
    bool is_stopping;  /* it was asked to end */
    bool is_gone;      /* its process ended, and its jobs wait for no lease */
};

/* Written where a job is to be canceled. */
enum cancel_why {
    CANCEL_ASKED = 1, /* a viewer asked for it: his reconnect must not begin the job anew */
    CANCEL_LEFT = 2,  /* its last viewer left: a viewer who comes back wants it */
};

/* --- parts of a running job, which other members may make --- */

/* What the parts of a job are: a text of its kind, and that `first` … `n` - 1 may be made by
 * others. */
struct job_plan {
    const char *text; /* a JSON object.  Its member `sizes`, if there, is an array: how large each
                         part is, from `first` on, in any unit */
    int first, n;
};

/* A plan with a part that nobody makes yet.  plan_found_clear() frees its texts. */
struct plan_found {
    int64_t number; /* of the plan */
    char job_id[JOB_ID_LEN + 1];
    char *kind, *input, *engine, *text;
    int first, n;
};

/* --- hooks: deliveries --- */

/* Which hooks a process may take now. */
struct hook_wish {
    const char *busy;   /* hosts that have enough, each between commas (",a.example,"); ",": none */
    bool takes_retries; /* also hooks whose last delivery failed */
    int lease_ms;       /* nobody else takes it meanwhile */
};

/* A hook and the event that is to be delivered next.  hook_due_clear() frees its texts. */
struct hook_due {
    char id[HOOK_ID_LEN + 1];
    char job_id[JOB_ID_LEN + 1];
    char *url, *host, *metadata;
    int attempts;     /* that failed, of this event */
    int64_t since_ms; /* when this event was first taken, by the clock of the store … */
    int64_t tried_ms; /* … and how long ago that is */
    uint64_t after;   /* the event that was delivered before; 0: none */
    uint64_t seq;
    char *name; /* NULL: it has none */
    char *data;
    bool is_final;
};

/* What became of an attempt that failed. */
struct hook_failure {
    int64_t pause_ms; /* until the next one */
    bool is_last;     /* there is no next one: the hook is given up */
    const char *error;
};

/* A hook that waits for its receiver, or was given up; valid during the call. */
struct hook_row {
    int64_t number; /* hooks are counted in the order of their creation */
    const char *id, *job_id, *url, *host, *events, *error; /* error: of the last attempt, or NULL */
    bool is_given_up;
    int attempts;
    int64_t next_ms; /* the next attempt, as time from now; negative or 0: now */
    uint64_t seq;    /* of the event that was not delivered */
};

struct hook_counts {
    long long n_waiting, n_given_up;
};
