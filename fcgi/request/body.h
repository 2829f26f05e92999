/* body.h - the body of a POST or PUT.  The responder's own thread. */
#pragma once

#include <jansson.h>

#include "request/request.h"

enum { BODY_MAX = 1 << 20 /* bytes */ };

/* The body as JSON, which the caller releases.  NULL: the request was answered, as the body is too
 * long (413), not sent as JSON (415) or not JSON (400 with the place). */
json_t *body_json(struct request *request);
