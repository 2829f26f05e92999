/* publisher.h - the lines of a file or a pipe as what the publisher of a job says.
 *
 * Each durable line has a tag of its number and its text.  So the same input, read again from its
 * first line, adds only what is not there yet.
 *
 * Room: lines as what a publisher says.
 * May use: base, hub/kind, program, store.
 * Used by: cli/jobs. */
#pragma once

#include "base/config.h"
#include "store/store.h"

/* What became of the job. */
enum {
    PUBLISH_ENDED = 0,
    PUBLISH_E_GOES_ON, /* the last line was no {"result":…} */
    PUBLISH_E_NO_JOB,  /* it is not there */
};

/* Reads `fd` to its end, and says each line of it.  `reason`: the job fails so then; NULL: it is
 * done if the last line is its result.  -ERR_INPUT: it is no job that is published, or has ended.
 * -ERR_CANCELED: it was canceled, which is found out without a line, too.  -ERR_LIMIT: too many
 * lines.  Waits for lines, and some seconds for a database that can't be used. */
int publish_lines(struct store *store, const struct config *config, const char *job_id, int fd,
    const char *reason, struct error *err);
