/* responder.h - the pool of threads that accept, parse and route FastCGI requests.
 *
 * A responder gets a connection when its request is there (pending_connections.h), and keeps it
 * while it writes a short answer: a stream goes to the loop.  Only a body longer than SCAN_BODY_MAX
 * is read as it comes, and cut off after REQUEST_MS. */
#pragma once

#include "request/server.h"

struct responders;

/* Starts CASECAST_RESPONDERS threads on server->listen_fd.  NULL and a log line if that can't be
 * done. */
struct responders *responders_start(struct server *server);

/* Loop thread, about twice a second: cuts off peers that take too long, and logs those that were
 * refused. */
void responders_watch(struct responders *responders);

/* After server->is_draining was set: accept nothing more, finish what is being answered, join and
 * free.  Blocks for that long, which is at most as long as the store or a reader of a short answer
 * may take. */
void responders_stop(struct responders *responders);
