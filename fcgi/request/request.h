/* request.h - one request as a route sees it, and the short answers.  The responder's own thread.
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

enum { BODY_MAX = 1 << 20, CAPTURE_MAX = 64 };

struct request {
    struct server *server;
    FCGX_Request *fcgx;
    struct store **store; /* the responder's own; NULL in it until request_store() opens it */
    const char *method, *path,
        *last_event_id;         /* last_event_id: header or ?lastEventId=, "" for none */
    bool is_head, wants_events; /* Accept: text/event-stream */
    bool is_trusted;            /* from an address of nginx/addresses.conf */
    enum origin origin;
    struct buf headers; /* lines that whatever answer carries */
    struct arguments arguments;
    char capture[CAPTURE_MAX + 1]; /* what stood for {id} in the route */
    const struct job_kind *kind;   /* whose stream is at this path; NULL: none */
    bool is_handed_over;           /* the loop owns the connection now */
};

/* A FastCGI parameter, "" if it was not sent. */
const char *request_param(const struct request *request, const char *name);

/* Whose it is, "" where the web server does not say. */
const char *request_address(const struct request *request);

/* Its header lines as text. */
const char *request_headers(const struct request *request);

/* Opens `*store` if it is NULL, or if somebody put another file in its place.  -ERR_…: it can't be
 * opened, now.  Whatever thread it belongs to. */
int store_again(struct store **store, const char *database, struct error *err);

/* This responder's store, opened when it is first needed.  -ERR_…: it can't be, now. */
int request_store(struct request *request, struct store **ret_store, struct error *err);

/* --- answers; each is the last thing a route does --- */

/* `json` is released. */
void answer_json(struct request *request, int status, json_t *json);
void answer_text(struct request *request, int status, const char *type, const char *text);
void answer_nothing(struct request *request, int status);                 /* 204 */
void answer_bare(struct request *request, int status, const char *extra); /* 204, 302 */

/* application/problem+json (RFC 9457).  `extra` is a header line ("Allow: GET\r\n") or "". */
void answer_problem(struct request *request, int status, const char *extra, const char *detail);
/* With further members, which are released. */
void answer_problem_with(
    struct request *request, int status, const char *extra, const char *detail, json_t *more);

/* The problem that `err` is: `status`, with Retry-After where it may pass, and what of it a client
 * may hear.  What it may not hear goes to the log. */
void answer_failure(struct request *request, int status, const struct error *err);
/* The same by its code: 400, 503 … */
void answer_error(struct request *request, const struct error *err);
int status_of(const struct error *err);
bool status_may_pass(int status); /* 503, 429 */

/* What of `err` a client may hear; the rest goes to the log, a line a second at most. */
const char *request_told(const struct error *err);

/* The body as JSON, for a POST.  Answers by itself and gives NULL when it is too long (413), not
 * called JSON (415) or not JSON (400 with the place). */
json_t *request_json(struct request *request);
