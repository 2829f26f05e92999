/* serve.h - the process of the server.
 *
 * Room: the process of the server, which starts and stops all its parts.
 * May use: base, cli, cli/create, fcgi/cases, fcgi/files, fcgi/kind, fcgi/maker, fcgi/monitor, fcgi/operators,
 * fcgi/publish, fcgi/request, fcgi/route, hooks, hub/kind, program, s3, settings, video,
 *     video/sealed.
 * Used by: nothing. */
#pragma once

/* Answers FastCGI requests on a socket of its own at `where`, PATH or HOST:PORT, or if that is NULL
 * on descriptor 0, as spawn-fcgi hands it over, until a signal asks it to stop.  Returns the exit
 * status.  Main thread. */
int serve(const char *where);
