/* job.h - a job: its record, its states, and its events.  Plain records; any thread.
 *
 *   queued ──▶ running ──▶ done
 *     │  ▲        │ ├────▶ failed
 *     │  └────────┘ └────▶ canceled
 *     └──────────────────▶ canceled          running ▶ queued: its process ended
 *
 * An event is durable: it has a number, it is in the journal before any viewer gets it, and each
 * viewer gets it exactly once.  A progress note is not: the next note replaces it, and a viewer may
 * miss some.
 *
 * Room: a job: its states and the numbers of its events.
 * May use: base.
 * Used by: cli/jobs, fcgi/maker, fcgi/publish, fcgi/request, hooks, hub/inbox,
 * hub/kind, hub/viewers, store/engine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

enum {
    JOB_ID_LEN = 26, /* 130 random bits: it can't be guessed and is never used again */
    JOB_KIND_MAX = 31,
    JOB_PRIORITY_NORMAL = 4, /* as in JMS and AMQP */
    JOB_PRIORITY_MAX = 9,
    JOB_SUBJECT_MAX = 64, /* bytes: what the job is about, as its kind names it */
    JOB_TRACE_LEN = 55,   /* of a traceparent */
    JOB_EVENT_ID_MAX = JOB_ID_LEN + 1 + 20,
    JOB_CURSOR_TEXT_MAX = JOB_EVENT_ID_MAX + 1 + 20,
};

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELED };

struct job {
    int64_t number; /* counts jobs in the order of their creation, from 1 */
    char id[JOB_ID_LEN + 1];
    char kind[JOB_KIND_MAX + 1];
    char subject[JOB_SUBJECT_MAX + 1];
    char key[DIGEST_HEX_LEN + 1];        /* of all that shapes the result: same key, same job */
    char traceparent[JOB_TRACE_LEN + 1]; /* of the request that made it (W3C Trace Context); "" */
    enum job_state state;
    bool cancel_wanted;
    bool is_left; /* the cancel is wanted because its last viewer left; no viewer asked for it */
    int priority; /* 0 … JOB_PRIORITY_MAX: a higher one is run sooner */
    int position; /* 1: the next to run; 0: not queued */
    int64_t watched_ms; /* when viewers were last noted, by the clock of the store: only whether it
                           changed says anything; 0: never */
    int64_t run; /* number of its claims, a fence: what is written for an earlier run is refused */
    int deaths;  /* processes that died while they ran it: a job that kills them is given up.  Only
                    a claim tells */
    uint64_t last_seq; /* of its newest event; events count from 1 without a gap */
    int64_t created_ms, started_ms, ended_ms; /* wall clock; 0: not yet */
    char *input;    /* JSON: the input of the work, as it was when the job was made; only a claim
                       reads it, else NULL */
    char *progress; /* JSON of the last progress note; NULL: none yet */
    char *result;   /* JSON, of a job that is done; else NULL */
    char *metadata; /* JSON, an object that the request which made it gave it; NULL: none */
    char *error;    /* why it failed; else NULL */
};

struct job_event {
    uint64_t seq;     /* 0 until it is journaled */
    const char *name; /* NULL: no event field, so the browser calls onmessage */
    const char *data; /* UTF-8 */
    bool is_final;    /* read from the journal: it is the job's last event */
    const char *once; /* of events with the same tag a job gets only the first, over all runs;
                         NULL: no such limit */
};

/* How far the events of a job were read: to this one. */
struct job_cursor {
    char job_id[JOB_ID_LEN + 1];
    uint64_t seq;      /* 0: none was read */
    uint64_t position; /* of the event in the journal of all jobs; 0: none was read, or not known */
    bool is_over;      /* it is the job's last event */
};

/* Free the texts that `job` owns, and zero it. */
void job_clear(struct job *job);

const char *job_state_name(enum job_state state);                  /* "queued" … "canceled" */
bool job_state_parse(const char *name, enum job_state *ret_state); /* false: no state's name */
bool job_state_may_go(enum job_state from, enum job_state to);     /* as in the drawing */
bool job_state_is_final(enum job_state state);                     /* done, failed, canceled */

/* Has `id` the form of a job's id?  Whether there is such a job, the store knows. */
bool job_id_is_wellformed(const char *id);

/* A new random id.  digest_init() was called. */
void job_id_make(char ret_id[static JOB_ID_LEN + 1]);

/* The traceparent of a header as we pass it on, of version 00; "": the header is none.  A newer
 * version may have more behind it. */
void job_traceparent_read(const char *header, char ret_traceparent[static JOB_TRACE_LEN + 1]);

/* "<job>:<seq>": the id: field of an event, which a client sends back as Last-Event-ID.  Parsing
 * accepts only what formatting writes; false: anything else.  `seq` 0: nothing was seen yet. */
void job_event_id_format(
    const char *job_id, uint64_t seq, char ret_text[static JOB_EVENT_ID_MAX + 1]);
bool job_event_id_parse(
    const char *text, char ret_job_id[static JOB_ID_LEN + 1], uint64_t *ret_seq);

/* "<job>:<seq>:<position>": the id: field in a stream of several jobs.  The position says how far
 * the events of all of them were read; the event shows that it is a position of this journal.
 * Parsing leaves `is_over` false. */
void job_cursor_format(
    const struct job_cursor *cursor, char ret_text[static JOB_CURSOR_TEXT_MAX + 1]);
bool job_cursor_parse(const char *text, struct job_cursor *ret_cursor);
