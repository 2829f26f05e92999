/* jobs.h - commands about the jobs of all processes.  Main thread.
 *
 * Room: the commands about jobs, their webhooks, and the machines that make them.
 * May use: base, cli/command, job, publisher, sent, store, video.
 * Used by: cli, fcgi/maker. */
#pragma once

#include <jansson.h>

#include "job/job.h"

extern const struct command command_cancel, command_hooks, command_jobs, command_machines,
    command_prune, command_publish, command_retry, command_rm, command_watch;

/* What `jobs --json` prints of a job: a new reference. */
json_t *jobs_json(const struct job *job);
