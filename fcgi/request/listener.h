/* listener.h - the socket that nginx connects to. */
#pragma once

#include "base/error.h"

/* `where` NULL: descriptor 0, as spawn-fcgi hands it over.  Else a socket of our own, on "PATH" or
 * "HOST:PORT".  It does not block; the caller closes it.  -ERR_INPUT: descriptor 0 does not listen,
 * or `where` is wrong.  -ERR_IO: the socket can't be bound.  One thread. */
int listener_open(const char *where, int *ret_fd, struct error *err);
