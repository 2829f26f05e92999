/* create_job.h - `casecast create --job`: a video of the terminal as a job.
 *
 * The job is the one that a request for the same case gets: it has the same key, is in lists and
 * streams like any other, and goes on elsewhere if this process ends.  This process makes it unless
 * another one does.
 *
 * Room: videos of the terminal as jobs.
 * May use: base, cli/command, cli/create, cli/film, cli/jobs, fcgi/kind, hub, hub/pruner, job,
 *     loop, s3, store.
 * Used by: fcgi. */
#pragma once

#include "base/config.h"
#include "cli/film/target.h"

/* Main thread; interrupt_catch() was called.  Returns the exit status; stderr has the reason if it
 * is not 0. */
int create_job(const struct config *config, const char *case_id, const struct target *target);
