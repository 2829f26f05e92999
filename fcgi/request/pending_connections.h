/* pending_connections.h - connections whose request has not fully arrived.
 *
 * Most requests are there when the connection is accepted, and the responder goes on with it.  The
 * other connections are added here, and one thread watches all of them: a thousand silent peers
 * hold a thousand descriptors for REQUEST_MS, and no responder. */
#pragma once

#include "request/server.h"

enum {
    REQUEST_MS =
        4500 /* within which a whole request arrives; checked twice a second: 5 s at most */
};

struct pending_connections;

/* Starts the thread.  NULL and a log line: it can't be started. */
struct pending_connections *pending_open(struct server *server);

/* Closes the connections that are left.  The responders have ended. */
void pending_close(struct pending_connections *pending);

/* Has the whole request of connection `fd` arrived?  1: yes, the caller goes on with it.  0: no;
 * `fd` belongs to the pending connections now, or is no FastCGI connection and was closed.  Any
 * thread. */
int pending_add(struct pending_connections *pending, int fd);

/* A descriptor that is readable while a request has arrived: for the responders' epoll.  Any
 * thread. */
int pending_ready_fd(const struct pending_connections *pending);

/* Is there a connection that was added and not taken?  Any thread. */
bool pending_is_any(struct pending_connections *pending);

/* Takes a connection whose request has arrived; the caller owns it.  -1: another responder was
 * faster. Any thread. */
int pending_take(struct pending_connections *pending);
