/* said.h - what a line of a program's output means.  Any thread.
 *
 *   40 pages are read                         a message
 *   {"event":"page","data":{"n":1}}           the event `page` with the data {"n":1}
 *   {"event":"page","n":1}                    the same
 *   {"event":"progress","percent":40}         how far the work is; may be lost
 *   {"result":{"pages":7}}                    the job's result, if it is the last line
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum said_as { SAID_MESSAGE, SAID_EVENT, SAID_PROGRESS, SAID_RESULT };

enum {
    SAID_NAME_MAX = 32,
    SAID_MOST = 10000, /* durable events of a job that a program or a publisher says */
};

struct said {
    enum said_as as;
    char *name;     /* of an event; else NULL */
    char *data;     /* UTF-8; progress and result: JSON */
    size_t n_wrong; /* bytes that were no UTF-8 */
    bool is_ours;   /* it would be an event, but the name is one that casecast itself uses, or is
                       no name: it is a message */
};

/* May a program or a publisher say an event of this name?  Not one that casecast itself uses. */
bool said_may_be_event(const char *name);

/* The caller clears it. */
void said_read(const char *line, size_t len, struct said *ret_said);
void said_clear(struct said *said);
