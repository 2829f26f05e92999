/* cli.h - the commands for the terminal.
 *
 * Room: the table of commands, their help, and the commands about cases and the machine.
 * May use: base, case, cli/command, cli/create, cli/film, cli/jobs, events, hooks, program, s3,
 *     settings, site, video, video/draw, video/kept, video/media, video/sealed.
 * Used by: fcgi. */
#pragma once

#include <stdbool.h>

/* Run the command argv[1].  `serve` runs the server, which this room may not use, on a socket at
 * `where` (NULL: on descriptor 0).  Returns the exit status of the process (cli/term/status.h);
 * stderr has the reason if it is not 0. */
int cli_run(int argc, char **argv, int (*serve)(const char *where));

/* Does the command of this line make videos?  It is worth huge pages then: mem_settle(). */
bool cli_makes_videos(int argc, char **argv);
