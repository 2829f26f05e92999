/* pending_connections.h - where a connection waits until its request is there.
 *
 * Mostly it is, and the responder that accepted the connection goes on with it.  Otherwise the
 * connection comes here, and a thread of the pending watches all of them: thousands of silent peers
 * hold a descriptor each for REQUEST_MS, and no responder. */
#pragma once

#include "request/server.h"

enum {
    REQUEST_MS =
        4500 /* a whole request arrives within this; looked at twice a second: 5 s at most */
};

struct pending_connections;

/* NULL, and a log line, if it can't be. */
struct pending_connections *pending_open(struct server *server);
/* Closes the connections that wait.  The responders have ended. */
void pending_close(struct pending_connections *pending);

/* Is the whole request there?  1: go on with it.  0: no, the pending has the connection now, or has
 * closed it.  Any thread. */
int pending_add(struct pending_connections *pending, int fd);

/* Readable while a connection is ready: for the responders' epoll. */
int pending_ready_fd(const struct pending_connections *pending);
/* A connection whose request has arrived; -1: another responder was faster.  Any thread. */
int pending_take(struct pending_connections *pending);
