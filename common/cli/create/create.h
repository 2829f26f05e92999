/* create.h - videos, frames and sheets made in the terminal.  Main thread.
 *
 * Room: videos, frames and sheets made in the terminal.
 * May use: base, cli/command, cli/film, s3, video.
 * Used by: cli, fcgi, fcgi/maker. */
#pragma once

#include "base/config.h"
#include "base/error.h"
#include "cli/film/target.h"
#include "cli/film/video_source.h"

extern const struct command command_create, command_sheet, command_still;

/* Makes the video of a case as a job, which this room can't, and gives it its place at the target.
 * Returns the exit status; stderr has the reason if it is not 0. */
typedef int create_job_fn(
    const struct config *config, const char *case_id, const struct target *target);

/* Before cli_run().  Without it --job is refused. */
void create_set_job_maker(create_job_fn *make_job);

/* Reads the case that a user named: one of the database, which goes before a folder of its name, a
 * JSON file, or a folder.  The caller calls video_source_free(), after an error, too. */
int create_read_case(const struct config *config, const char *name,
    const struct video_source_options *options, struct video_source *ret_source, struct error *err);
