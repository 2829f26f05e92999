/* seen.h - the queued and running jobs as the clerk last read them, so that only changes are passed
 * on. The clerk's thread. */
#pragma once

#include "base/map.h"
#include "hub/kind/kind.h"

struct seen {
    char id[JOB_ID_LEN + 1];
    const struct job_kind *kind; /* NULL: this version has no such kind */
    enum job_state state;
    int position; /* -1: no state was passed on yet */
    char *progress;
    int64_t watched_stamp; /* watched_ms of the job in the store; 0: it never had a viewer */
    int64_t watched_ms;    /* when watched_stamp last changed, or the job was first seen;
                                  monotonic */
    int64_t run;           /* of a job that is published: each word of its publisher gives it
                              another */
    int64_t said_ms;       /* when `run` last changed, or the job was first seen; monotonic */
    char traceparent[JOB_TRACE_LEN + 1];
    char *metadata;     /* as in struct job */
    bool cancel_wanted; /* in the store */
    bool is_stopped;    /* its work here was told to stop */
    bool is_live;       /* read by the current pass over all live jobs */
};

/* Is its work done elsewhere? */
static inline bool seen_is_published(const struct seen *seen)
{
    return seen->kind && !seen->kind->run;
}

/* Zeroed: empty. */
struct seen_jobs {
    struct map by_id; /* of struct seen */
};

struct seen *seen_of(struct seen_jobs *jobs, const char *id); /* a new one if there is none */
/* Ends a pass: frees the jobs whose is_live is not set, and clears the flag of the others. */
void seen_end_pass(struct seen_jobs *jobs);
void seen_clear(struct seen_jobs *jobs);

/* The jobs of a known kind that had a viewer once, and none after `before_ms`; `*ret_n` of them.
 * Jobs that are to be canceled already are left out, and so are those that never had a viewer: they
 * were not made for one.  The caller frees the array. */
struct seen **seen_unwatched(const struct seen_jobs *jobs, int64_t before_ms, size_t *ret_n);
/* The jobs whose publishers were silent for longer than their kinds allow, after `since_ms` alone;
 * as above. */
struct seen **seen_silent(
    const struct seen_jobs *jobs, int64_t now_ms, int64_t since_ms, size_t *ret_n);
