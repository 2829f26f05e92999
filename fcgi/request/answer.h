/* answer.h - the short answers to a request.  Each is the last thing that a route does.  The
 * responder's own thread, except where noted. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "request/request.h"

/* Releases `json`. */
void answer_json(struct request *request, int status, json_t *json);
/* `extra`: header lines ("ETag: …\r\n"). */
void answer_json_with(struct request *request, int status, const char *extra, json_t *json);
void answer_text(struct request *request, int status, const char *type, const char *text);

/* Bytes that a browser may keep and ask about again: 304 if the client has those of this `tag` (an
 * ETag with its quotation marks). */
void answer_tagged(
    struct request *request, const char *type, const char *tag, const struct buf *body);

/* Without a body: 204, 302, 403.  `extra`: header lines ("Retry-After: 1\r\n"). */
void answer_empty(struct request *request, int status);
void answer_empty_with(struct request *request, int status, const char *extra);

/* application/problem+json (RFC 9457).  `extra`: header lines, or "". */
void answer_problem(struct request *request, int status, const char *extra, const char *detail);

/* The same with the members of `more`, which is released. */
void answer_problem_with(
    struct request *request, int status, const char *extra, const char *detail, json_t *more);

/* `err` as a problem: with `status`, with Retry-After where a retry may help, and with
 * answer_detail(). */
void answer_error_as(struct request *request, int status, const struct error *err);

/* The same with answer_status(err). */
void answer_error(struct request *request, const struct error *err);

/* The HTTP status of an error's code.  Any thread. */
int answer_status(const struct error *err);

/* 503, 429: the same request may succeed later.  Any thread. */
bool answer_may_retry(int status);

/* The text of `err` that a client may read.  A text that it may not read goes to the log, one line
 * a second at most.  Any thread. */
const char *answer_detail(const struct error *err);
