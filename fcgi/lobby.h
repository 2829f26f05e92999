/* lobby.h - where a connection waits until its request is there.
 *
 * Mostly it is, and the responder that accepted the connection goes on with it.  Otherwise the
 * connection comes here, and a thread of the lobby watches all of them: thousands of silent peers
 * hold a descriptor each for REQUEST_MS, and no responder. */
#pragma once

#include "server.h"

enum {
    REQUEST_MS =
        4500 /* a whole request arrives within this; looked at twice a second: 5 s at most */
};

struct lobby;

/* NULL, and a log line, if it can't be. */
struct lobby *lobby_open(struct server *server);
/* Closes the connections that wait.  The responders have ended. */
void lobby_close(struct lobby *lobby);

/* Is the whole request there?  1: go on with it.  0: no, the lobby has the connection now, or has
 * closed it.  Any thread. */
int lobby_enter(struct lobby *lobby, int fd);

/* Readable while a connection is ready: for the responders' epoll. */
int lobby_ready_fd(const struct lobby *lobby);
/* A connection whose request has arrived; -1: another responder was faster.  Any thread. */
int lobby_take(struct lobby *lobby);
