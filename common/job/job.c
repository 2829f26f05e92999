/* job.c - see job.h. */
#include "job/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TO(state) (1u << (state))

/* A state without a next one is final. */
static const struct {
    const char *name;
    unsigned next; /* a set of TO() */
} job_states[] = {
    [JOB_QUEUED] = {"queued", TO(JOB_RUNNING) | TO(JOB_CANCELED)},
    [JOB_RUNNING] = {"running", TO(JOB_QUEUED) | TO(JOB_DONE) | TO(JOB_FAILED) | TO(JOB_CANCELED)},
    [JOB_DONE] = {"done", 0},
    [JOB_FAILED] = {"failed", 0},
    [JOB_CANCELED] = {"canceled", 0},
};

enum { N_STATES = sizeof job_states / sizeof *job_states };

void job_clear(struct job *job)
{
    free(job->input);
    free(job->progress);
    free(job->result);
    free(job->error);
    free(job->metadata);
    *job = (struct job){0};
}

const char *job_state_name(enum job_state state)
{
    return job_states[state].name;
}

bool job_state_parse(const char *name, enum job_state *ret_state)
{
    for (int i = 0; i < N_STATES; i++)
        if (strcmp(job_states[i].name, name) == 0) {
            *ret_state = (enum job_state)i;
            return true;
        }
    return false;
}

bool job_state_may_go(enum job_state from, enum job_state to)
{
    return job_states[from].next & TO(to);
}

bool job_state_is_final(enum job_state state)
{
    return !job_states[state].next;
}

bool job_id_is_wellformed(const char *id)
{
    return strlen(id) == JOB_ID_LEN && strspn(id, DIGEST_NAME_ALPHABET) == JOB_ID_LEN;
}

void job_id_make(char ret_id[static JOB_ID_LEN + 1])
{
    digest_random_name(ret_id, JOB_ID_LEN);
}

/* 00-<trace id>-<parent id>-<flags>, in lower case; an id of zeros is none. */
static bool job_is_traceparent(const char *text)
{
    static const char form[] = "00-00000000000000000000000000000000-0000000000000000-00";

    for (int i = 0; i < JOB_TRACE_LEN; i++)
        if (form[i] == '-' ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i]))
            return false;
    return strncmp(text, "ff", 2) != 0 && strncmp(text + 3, form + 3, 32) != 0 &&
           strncmp(text + 36, form + 36, 16) != 0 &&
           (text[JOB_TRACE_LEN] == '\0' ||
               (text[JOB_TRACE_LEN] == '-' && strncmp(text, "00", 2) != 0));
}

void job_traceparent_read(const char *header, char ret_traceparent[static JOB_TRACE_LEN + 1])
{
    *ret_traceparent = '\0';
    if (job_is_traceparent(header))
        snprintf(ret_traceparent, JOB_TRACE_LEN + 1, "00%.*s", JOB_TRACE_LEN - 2, header + 2);
}

void job_event_id_format(
    const char *job_id, uint64_t seq, char ret_text[static JOB_EVENT_ID_MAX + 1])
{
    snprintf(ret_text, JOB_EVENT_ID_MAX + 1, "%s:%" PRIu64, job_id, seq);
}

bool job_event_id_parse(const char *text, char ret_job_id[static JOB_ID_LEN + 1], uint64_t *ret_seq)
{
    char id[JOB_ID_LEN + 1], again[JOB_EVENT_ID_MAX + 1];
    uint64_t seq;

    if (strlen(text) <= JOB_ID_LEN || text[JOB_ID_LEN] != ':')
        return false;
    memcpy(id, text, JOB_ID_LEN);
    id[JOB_ID_LEN] = '\0';
    if (!job_id_is_wellformed(id))
        return false;
    seq = strtoull(text + JOB_ID_LEN + 1, NULL, 10);
    /* Only what job_event_id_format() writes: no sign, space, leading zero or overflow. */
    job_event_id_format(id, seq, again);
    if (strcmp(again, text) != 0)
        return false;
    memcpy(ret_job_id, id, sizeof id);
    *ret_seq = seq;
    return true;
}

void job_cursor_format(
    const struct job_cursor *cursor, char ret_text[static JOB_CURSOR_TEXT_MAX + 1])
{
    snprintf(ret_text, JOB_CURSOR_TEXT_MAX + 1, "%s:%" PRIu64 ":%" PRIu64, cursor->job_id,
        cursor->seq, cursor->position);
}

bool job_cursor_parse(const char *text, struct job_cursor *ret_cursor)
{
    const char *position = strrchr(text, ':');
    char event_id[JOB_EVENT_ID_MAX + 1], again[JOB_CURSOR_TEXT_MAX + 1];
    struct job_cursor cursor = {0};

    if (!position || position - text > JOB_EVENT_ID_MAX)
        return false;
    snprintf(event_id, sizeof event_id, "%.*s", (int)(position - text), text);
    if (!job_event_id_parse(event_id, cursor.job_id, &cursor.seq))
        return false;
    cursor.position = strtoull(position + 1, NULL, 10);
    job_cursor_format(&cursor, again);
    if (strcmp(again, text) != 0)
        return false;
    *ret_cursor = cursor;
    return true;
}
