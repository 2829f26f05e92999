/* process.h - one run of a program: its input, its lines, its limits, its end.
 *
 * Between casecast and the program stands a keeper (keeper.h), which ends the program and all that
 * it started when casecast ends.  The calling thread runs all of it, on a loop of its own. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { PROCESS_LINE_MAX = 65536 /* bytes of a line of its output */ };

/* All texts and functions are the caller's. */
struct process_plan {
    char *const *argv;  /* ends with NULL */
    char *const *env;   /* all of its environment; ends with NULL */
    const char *folder; /* in which it starts */
    const char *input;  /* what it reads from stdin */
    int64_t memory;     /* bytes of address space; 0: no limit */
    int nice;
    uid_t uid; /* not 0: the user, by a caller that is root */
    gid_t gid;
    int64_t timeout_ms, quiet_ms; /* 0: no limit; quiet: without output */

    const atomic_bool *cancel; /* set: it is to end */
    void *ctx;
    /* A line of its output, without its end.  Not 0: it is to end, as PROCESS_REFUSED.  While this
     * waits, nothing is read: a program that floods waits at its pipe. */
    int (*line)(void *ctx, const char *line, size_t len);
    int (*pause)(void *ctx); /* as line(), after the lines that were read at once; NULL: none */
    void (*complaint)(void *ctx, const char *line, size_t len); /* of stderr, perhaps in pieces */
    void (*tick)(void *ctx);                                    /* some times a second */
    int (*grace_ms)(void *ctx); /* after `cancel`: from SIGTERM to SIGKILL */
};

enum process_end {
    PROCESS_EXITED, /* `code`: its status */
    PROCESS_KILLED, /* `code`: the signal */
    PROCESS_CANCELED,
    PROCESS_TIMED_OUT,
    PROCESS_QUIET,
    PROCESS_LONG_LINE, /* of more than PROCESS_LINE_MAX bytes */
    PROCESS_REFUSED,   /* by line() or pause() */
};

struct process_result {
    enum process_end end;
    int code;
};

/* Runs it to its end; nothing that it started goes on then.  -ERR_IO: it can't be started. */
int process_run(
    const struct process_plan *plan, struct process_result *ret_result, struct error *err);
