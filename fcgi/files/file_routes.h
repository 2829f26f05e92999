/* file_routes.h - the routes of files that are sent over HTTP, for cases to name them.
 *
 * Room: pictures and sounds that come over HTTP, and are kept below the media root.
 * May use: base, fcgi/keys, fcgi/request, fcgi/route, sent, video/media.
 * Used by: fcgi. */
#pragma once

#include "route/route.h"

/* POST /api/files; PUT (whole or in pieces) and GET /api/files/{sha256}; GET /casecast/may-send,
 * which nginx asks before it takes a body */
extern const struct route file_routes[];
