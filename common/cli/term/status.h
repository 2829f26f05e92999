/* status.h - the exit statuses, with the numbers of sysexits.h.  Any thread. */
#pragma once

#include "base/error.h"

enum {
    EXIT_DONE = 0,
    EXIT_NO = 1,           /* it was done, and the answer is no: a check, the end of a job */
    EXIT_USAGE = 64,       /* the command line */
    EXIT_DATA = 65,        /* what was given is wrong: a case, a file of cases */
    EXIT_MISSING = 66,     /* what was named is not there: a file, a case, a job, a database */
    EXIT_UNAVAILABLE = 69, /* a limit is reached */
    EXIT_LIBRARY = 70,     /* a library failed */
    EXIT_CREATE = 73,      /* the output file can't be made, or is there already */
    EXIT_IO = 74,          /* a disk or a connection failed */
    EXIT_BUSY = 75,        /* not now: try again */
    EXIT_CONFIG = 78,      /* a setting is wrong */
    EXIT_SIGNAL = 128,     /* and the number of the signal: 130 after Ctrl-C */
};

/* A status and when a command ends with it; `text` NULL ends the table. */
struct status_row {
    int status;
    const char *text;
};
extern const struct status_row status_rows[];

/* error_set() for what was named and is not there: EXIT_MISSING. */
int status_missing(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for an output file: EXIT_CREATE. */
int status_cannot_create(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The exit status that belongs to the error's code. */
int status_of(const struct error *err);
