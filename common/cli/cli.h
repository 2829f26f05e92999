/* cli.h - the commands for the terminal.
 *
 * Room: the commands beside `casecast serve`.
 * May use: base, case, events, hooks, job, program, s3, settings, store, video, video/draw,
 * video/mix, video/picture, video/sound. Used by: fcgi. */
#pragma once

/* Run the command argv[1].  `serve` runs the server, which this room may not use, on a socket at
 * `where` (NULL: on descriptor 0).  Returns the exit status of the process: 0 done, 1 failed
 * (stderr has the reason), 2 wrong usage. */
int cli_run(int argc, char **argv, int (*serve)(const char *where));
