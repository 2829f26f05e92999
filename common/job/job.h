/* job.h - a job: its record, its life, and the events that tell of it.  Plain records; any thread.
 *
 *   queued ──▶ running ──▶ done
 *     │  ▲        │ ├────▶ failed
 *     │  └────────┘ └────▶ canceled
 *     └──────────────────▶ canceled          running ▶ queued: its process stopped or died
 *
 * An event is durable: it has a number, it is in the journal before anybody sees it, and every
 * viewer gets it exactly once.  Progress is not: it is a note on the job that the next one
 * replaces. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

enum {
    JOB_ID_LEN = 26, /* 130 random bits: unguessable, never reused */
    JOB_KIND_MAX = 31,
    JOB_SUBJECT_MAX = 64, /* bytes: what the job is about, as its kind names it */
    JOB_EVENT_ID_MAX = JOB_ID_LEN + 1 + 20,
};

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELED };

struct job {
    int64_t number; /* counts jobs in the order of their creation, from 1 */
    char id[JOB_ID_LEN + 1];
    char kind[JOB_KIND_MAX + 1];
    char subject[JOB_SUBJECT_MAX + 1];
    char key[DIGEST_HEX_LEN + 1]; /* of all that shapes the result: same key, same job */
    enum job_state state;
    bool cancel_wanted;
    bool is_left; /* wanted by this program, as its last viewer had left: no wish of a viewer */
    int position; /* 1: the next to run; 0: not queued */
    uint64_t
        n_watched; /* times that it was found to have viewers; only its growing says anything */
    int64_t run;   /* counts its claims: what a work writes holds only under its own */
    int deaths;    /* owners that died while they ran it; one that kills them must not go round */
    uint64_t last_seq; /* of its newest event; events count from 1 without a gap */
    int64_t created_ms, started_ms, ended_ms; /* wall clock; 0: not yet */
    char *input;    /* JSON: what the work works on, as it was when the job was made; NULL for all
                       but who claimed it */
    char *progress; /* JSON of the last progress note, NULL: none yet */
    char *result;   /* JSON, once done; or NULL */
    char *error;    /* why it failed, or NULL */
};

struct job_event {
    uint64_t seq;     /* 0 until it is journaled */
    const char *name; /* NULL: a default message, as the tutorial sends them */
    const char *data; /* UTF-8 */
    bool is_final;    /* as read: nothing comes after it */
    const char *once; /* an event with this tag is written at most once a job, whoever runs it;
                         NULL: always */
};

void job_clear(struct job *job); /* frees what it holds, and zeroes it */

const char *job_state_name(enum job_state state); /* "queued" … "canceled" */
bool job_state_parse(const char *name, enum job_state *ret_state);
bool job_state_may_go(enum job_state from, enum job_state to);
bool job_state_is_final(enum job_state state);

bool job_id_is_wellformed(const char *id);
void job_id_make(char ret_id[static JOB_ID_LEN + 1]);

/* "<job>:<seq>", as it stands in the id: field of a frame and comes back as Last-Event-ID. */
void job_event_id_format(
    const char *job_id, uint64_t seq, char ret_text[static JOB_EVENT_ID_MAX + 1]);
bool job_event_id_parse(
    const char *text, char ret_job_id[static JOB_ID_LEN + 1], uint64_t *ret_seq);
