/* responder.h - the pool of threads that accept, read and answer FastCGI requests.
 *
 * A responder gets a connection when its request has arrived (pending_connections.h), and keeps it
 * while it writes a short answer; a stream goes to the loop.  Only the rest of a body longer than
 * SCAN_BODY_MAX is read as it comes, and cut off after REQUEST_MS, unless its reader says that it
 * goes on. */
#pragma once

#include "request/server.h"

struct request;
struct responders;

/* Starts CASECAST_RESPONDERS threads on server->listen_fd; `server` outlives them.  NULL and a log
 * line: that can't be done. */
struct responders *responders_start(struct server *server);

/* The request's own thread: its body goes on to arrive, and REQUEST_MS begins again. */
void responder_goes_on(struct request *request);

/* Loop thread, about twice a second: cuts off peers that take too long, and logs how many
 * connections were refused. */
void responders_watch(struct responders *responders);

/* Loop thread, after server->is_draining was set: accepts nothing more, lets running answers end,
 * joins the threads and frees the pool.  Blocks for as long as the store, or a reader of a short
 * answer, may take at most. */
void responders_stop(struct responders *responders);
