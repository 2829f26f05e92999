/* cli.h - the terminal front end: create, import, cases, jobs, check.
 *
 * Room: the commands beside `casecast serve`.
 * May use: base, job, store, video, video/draw, video/mix, video/picture, video/sound.
 * Used by: fcgi. */
#pragma once

/* Runs the command in argv[1] and returns the process's exit status: 0 done, 1 failed (the reason
 * is on stderr), 2 wrong usage.  `serve` is the responder, which this room may not know. */
int cli_run(int argc, char **argv, int (*serve)(int argc, char **argv));
