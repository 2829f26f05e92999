/* listener.h - the socket that nginx connects to. */
#pragma once

#include "base/error.h"

/* Descriptor 0 as spawn-fcgi hands it over (`where` NULL), or a socket of our own on "PATH" or
 * "HOST:PORT". It doesn't block, and the caller closes it. */
int listener_open(const char *where, int *ret_fd, struct error *err);
