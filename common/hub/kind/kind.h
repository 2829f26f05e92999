/* kind.h - a kind of job: a slow function, as a struct and one line in a table.
 *
 * The hub adds queue, journal, replay, resume, cancel, take-over and "the same request makes one
 * job".
 *
 * Room: kinds of jobs, what their work may ask, and jobs as events.
 * May use: base, events, job, sse.
 * Used by: fcgi, fcgi/kind, fcgi/route, hub, hub/clerk, hub/helper, hub/pruner, hub/viewers,
 *     hub/works, publisher. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "hub/kind/help.h"
#include "hub/kind/work.h"
#include "job/job.h"

struct store;

/* The closing events of a job, filled by a kind.  Zeroed: none. */
enum { LAST_EVENTS_MAX = 8 };
struct last_events {
    int n;
    struct job_event at[LAST_EVENTS_MAX];
};
/* Copies the texts.  `name` NULL: a default message. */
void last_events_add(struct last_events *last, const char *name, const char *data);
/* What a failed job ends with: the message "error TEXT", and the event `failed` with the text. */
void last_events_add_failed(struct last_events *last, const char *error);
/* What a job without closing events of its own ends with, as `finish` of struct job_kind. */
void last_events_add_plain(
    enum job_state state, const char *result, const char *error, struct last_events *last);
/* The object that a job keeps as text (struct job); NULL: none.  A new reference. */
json_t *kind_metadata(const char *text);
void last_events_clear(struct last_events *last); /* frees what was added; none again */

enum { KIND_ENGINE_LEN = 12 };

enum { KIND_E_REFUSED = 200 /* prepare(): the kind takes no such request; `err` says why */ };

/* What a request asks for. */
struct job_ask {
    const char *subject;
    const char *input; /* JSON in one line: its member "input", or the member that stands in place
                          of a subject's id ("case"); NULL: it has neither */
};

/* Has another job the key of one that is to be forgotten?  Asks the store. */
struct key_sharing {
    int (*ask)(void *ctx, bool *ret_shares, struct error *err);
    void *ctx;
};

/* A kind with settings of its own holds this struct in a larger one: each function that may need
 * them gets its kind. */
struct job_kind {
    const char *name;         /* "video" */
    const char *subject_name; /* of its subject in JSON: "case"; requests name it as "caseId" */
    int slots; /* jobs of it that run at once on a machine, beside CASECAST_SLOTS; 0: no limit */
    const char *subject_example; /* "1": error texts show a request with it */

    /* Messages without an event name: the first of every job, and the last before `end`, of every
     * job and of a refused request.  NULL: there is none. */
    const char *first, *last;

    /* Paths at which a GET with ?caseId=SUBJECT creates a job or attaches to it, and answers with
     * its stream.  Ends with NULL; NULL: no path. */
    const char *const *stream_paths;

    /* Can this text be a subject?  -ERR_INPUT quotes it and says what would be right.  Any thread.
     * NULL: every text can that kind_subject_check() takes. */
    int (*subject_check)(const struct job_kind *kind, const char *subject, struct error *err);

    /* A webhook that each of its jobs gets, as in struct hook_request; `hook_url` NULL: none. */
    const char *hook_url;
    const char *hook_host, *hook_events;

    /* A request may have a member "input". */
    bool takes_input;

    /* Makes `ret_key`, the digest of all that shapes the result, and, where a job may have to be
     * made, the input of its work (`*ret_input`, allocated; the caller frees it, whatever is
     * returned).  `ret_input` is NULL for nearly every request: the job of that key is there.  A
     * kind that takes an input is asked once a request, always with `ret_input`.  Any thread, with
     * the caller's store.  STORE_E_NOT_FOUND: there is no such subject, or nothing to make of it;
     * KIND_E_REFUSED; `err` says which. */
    int (*prepare)(const struct job_kind *kind, struct store *store, const struct config *config,
        const struct job_ask *ask, char **ret_input, char ret_key[static DIGEST_HEX_LEN + 1],
        struct error *err);

    /* Are the files of this done job still there?  Any thread; may wait for a disk.  NULL: it
     * leaves none. */
    bool (*still_good)(const struct config *config, const struct job *done);

    /* Can such work be done on this machine now?  Asked before each claim, and after the work
     * failed for an -ERR_IO: while the answer is no, its jobs are left to other machines that can,
     * if there are any.  Quick, without a network of its own; the clerk's thread, or the worker's.
     * 0, or -ERR_IO: `err` says what is in the way.  NULL: always. */
    int (*may_run)(const struct config *config, struct error *err);

    /* The work.  Worker thread.  `*ret_result`: JSON, allocated; the hub frees it.  -ERR_CANCELED
     * once work_cancel() is set.  NULL: it is done elsewhere, and what its publisher says is
     * written by store_job_publish(); no process claims its jobs, but to cancel one. */
    int (*run)(struct work *work, char **ret_result, struct error *err);

    /* Without `run`: how long a publisher may be silent before its job fails, ms. */
    int64_t quiet_ms;

    /* Makes parts of a job that runs on another machine, with what is spare here, until none is
     * left to claim, help_stop() is set, or some seconds have passed.  Helper's thread.  NULL: its
     * jobs have no parts. */
    int (*help)(struct help *help, struct error *err);
    /* The name of all that shapes a result beside the input: two machines with the same name make
     * the same parts.  NULL: as `help`. */
    void (*engine)(char ret_name[static KIND_ENGINE_LEN + 1]);

    /* Adds the closing events of a job before `last`, at most LAST_EVENTS_MAX - 2: `result` of a
     * done job, `error` of a failed one, else NULL.  Any thread. */
    void (*finish)(
        enum job_state state, const char *result, const char *error, struct last_events *last);

    /* How long what the runs of a job with this result published of unfinished work is of use after
     * the end, ms: then `clear` removes it.  Any thread.  NULL, or 0: it stays as long as the
     * result. */
    int64_t (*shown_ms)(const char *result);

    /* The job has ended as failed or canceled, or as done for as long as shown_ms() says: removes
     * what its runs published of unfinished work.  Harmless if it is gone already.  Another job of
     * the same key may have begun, so only files whose names carry the job may go. Any thread.
     * Never called for a job that is handed back or lost: another process goes on with it, for the
     * same viewers.  NULL: nothing to remove. */
    void (*clear)(const struct config *config, const struct job *job);

    /* An ended job is to be forgotten: removes all files of its key at once, so that still_good()
     * is false from then on.  Asks `sharing` when nobody finds the files by their names any more,
     * and puts them back if a new job of the key may have begun with them.  Any thread; may wait
     * for a disk.  NULL: there are none. */
    int (*drop)(const struct config *config, const struct job *job,
        const struct key_sharing *sharing, struct error *err);
    /* What the files of a done job take of CASECAST_OUTPUT.  Any thread; may wait for a disk. NULL:
     * they do not count. */
    int64_t (*bytes)(const struct config *config, const struct job *done);
};

/* How a job ended. */
struct job_end {
    enum job_state state;
    const char *result;                 /* JSON, of a job that is done; else NULL */
    const char *error;                  /* of a failed one; else NULL */
    const char *traceparent, *metadata; /* as in struct job */
};

/* The closing events of a job: those of its kind and its `last` (`kind` NULL: one, named after the
 * state), then always `end` with {"state":…}.  The event that is called as the state gets the
 * members "traceparent" and "metadata", if its data is an object that has them not.  The caller
 * calls last_events_clear().  Any thread. */
void kind_finish(const struct job_kind *kind, const struct job_end *end, struct last_events *last);

/* The kinds of a process, which may change while it runs.  A kind that was listed once is never
 * freed: who has one may keep it, and whoever looks again finds it as it is now.  Any thread. */
struct kinds {
    const struct job_kind *const *_Atomic list; /* ends with NULL */
};
const struct job_kind *const *kinds_list(const struct kinds *kinds);
void kinds_set(struct kinds *kinds, const struct job_kind *const *list);

/* The engines of all kinds as one; "": none has one.  May take a second. */
void kind_engines(const struct job_kind *const *kinds, char ret_name[static KIND_ENGINE_LEN + 1]);

/* NULL: no such kind.  Any thread. */
const struct job_kind *kind_find(const struct kinds *kinds, const char *name);
/* The same in a list. */
const struct job_kind *kind_find_in(const struct job_kind *const *list, const char *name);

/* Can `subject` be one of this kind?  Beside the kind's own rule: 1 to JOB_SUBJECT_MAX bytes of
 * UTF-8 in one line, without quotation marks and backslashes, since events and logs hold it as it
 * is.  -ERR_INPUT quotes it and says what would be right.  Any thread. */
int kind_subject_check(const struct job_kind *kind, const char *subject, struct error *err);
