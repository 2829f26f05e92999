/* bearer.h - `Authorization: Bearer KEY`, compared in a time that tells nothing.  Any thread.
 *
 * Room: keys that a request bears, and who may write.
 * May use: fcgi/request.
 * Used by: fcgi/cases, fcgi/files, fcgi/route. */
#pragma once

#include <stdbool.h>

#include "request/request.h"

/* What the request bears, valid as long as the request; "": nothing. */
const char *bearer_of(const struct request *request);

/* Are the two texts the same?  No time tells how much of one was right. */
bool bearer_is_same(const char *a, const char *b);
