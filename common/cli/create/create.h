/* create.h - videos, frames and sheets made in the terminal.  Main thread.
 *
 * Room: videos, frames and sheets made in the terminal.
 * May use: base, cli/command, cli/film, s3, video.
 * Used by: cli. */
#pragma once

#include "base/config.h"
#include "base/error.h"
#include "cli/film/video_source.h"

extern const struct command command_create, command_sheet, command_still;

/* Reads the case that a user named: one of the database, which goes before a folder of its name, a
 * JSON file, or a folder.  The caller calls video_source_free(), after an error, too. */
int create_read_case(const struct config *config, const char *name,
    const struct video_source_options *options, struct video_source *ret_source, struct error *err);
