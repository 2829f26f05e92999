/* program_output.h - what a program says, as events of its job.  Worker thread. */
#pragma once

#include "hub/kind/kind.h"

enum { PROGRAM_REASON_MAX = 300 /* bytes of the last line of stderr in an error */ };

struct program_output {
    struct work *work;
    bool has_begun;   /* an attempt of this run */
    struct error err; /* the first: of the journal, or of a limit */

    /* what attempts before this one said */
    char (*before)[DIGEST_HEX_LEN + 1]; /* digests of their lines, in order */
    int n_before, room;                 /* durable lines in the journal; allocated */
    int n_retries;

    int n_said;          /* lines of this attempt that were in the journal already … */
    bool has_parted;     /* … until one differed, or all had been said */
    char *result, *held; /* of a line {"result":…}, which may be the last: JSON, and the line */
    char *progress;      /* the newest that is not noted; NULL: none */
    int64_t noted_ms;    /* when progress was noted; monotonic */

    /* lines of this read, which go to the journal together; the texts are ours */
    struct job_event waiting[WORK_EMIT_MOST];
    int n_waiting;

    int n_complaints;
    bool was_mended, was_ours;              /* the log has it */
    char complaint[PROGRAM_REASON_MAX + 1]; /* the last line of stderr that is not empty */
};

/* Begins an attempt: reads what the job has said so far, if this is not its first. */
int program_output_begin(struct program_output *output, struct error *err);
void program_output_clear(struct program_output *output);

/* The functions of a process_plan.  The first two return what is in `err`. */
int program_output_line(void *ctx, const char *line, size_t len);
int program_output_pause(void *ctx);
void program_output_complaint(void *ctx, const char *line, size_t len);
void program_output_tick(void *ctx);

/* It has ended: notes the progress that it said last. */
void program_output_end(struct program_output *output);
