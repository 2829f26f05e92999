/* request.h - one request as a route sees it, and the short answers.  The responder's own thread,
 * except where noted.
 *
 * Room: FastCGI requests: connections, arguments, who may do what.
 * May use: base, fcgi/stream, hub, job, loop, sse, store.
 * Used by: fcgi, fcgi/kind, fcgi/route. */
#pragma once

#include <fcgiapp.h>
#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "request/arguments.h"
#include "request/origin.h"
#include "store/store.h"

struct job_kind;
struct server;

enum { BODY_MAX = 1 << 20 /* bytes */, CAPTURE_MAX = 64 };

struct request {
    struct server *server;
    FCGX_Request *fcgx;
    struct store **store; /* the responder's own; *store is NULL until request_store() opens it */
    const char *method, *path;
    const char *last_event_id;  /* the header or ?lastEventId=; "": none */
    bool is_head, wants_events; /* wants_events: Accept: text/event-stream */
    bool is_trusted;            /* from an address of nginx/addresses.conf */
    enum origin origin;
    struct buf headers; /* lines that every answer to it carries */
    struct arguments arguments;
    char capture[CAPTURE_MAX + 1]; /* the part of the path at {id} of the route */
    const struct job_kind *kind;   /* the kind whose stream is at this path; NULL: none */
    bool is_handed_over;           /* the loop owns the connection now */
};

/* A FastCGI parameter, valid as long as the request; "": it was not sent. */
const char *request_param(const struct request *request, const char *name);

/* The client's address; "": the web server does not say. */
const char *request_address(const struct request *request);

/* The lines of `headers` as text. */
const char *request_headers(const struct request *request);

/* Opens `*store` if it is NULL, or if another file took the place of the one that it holds. -ERR_…:
 * it can't be opened now, and `*store` is NULL.  Any thread, with its own store. */
int store_keep_open(struct store **store, const char *database, struct error *err);

/* The responder's store, which stays its own.  -ERR_…: it can't be opened now. */
int request_store(struct request *request, struct store **ret_store, struct error *err);

/* The body of a POST as JSON, which the caller releases.  NULL: the request was answered, as the
 * body is too long (413), not sent as JSON (415) or not JSON (400 with the place). */
json_t *request_json(struct request *request);

/* --- answers; each is the last thing that a route does --- */

/* Releases `json`. */
void answer_json(struct request *request, int status, json_t *json);
void answer_text(struct request *request, int status, const char *type, const char *text);

/* Without a body: 204, 302, 403 of an auth_request.  `extra`: header lines ("Retry-After: 1\r\n").
 */
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
