/* request.h - one request as a route sees it.  The responder's own thread, except where noted.
 *
 * Room: FastCGI requests: connections, arguments, who may do what.
 * May use: base, fcgi/stream, hub, job, loop, sse, store.
 * Used by: fcgi, fcgi/cases, fcgi/files, fcgi/keys, fcgi/kind, fcgi/monitor, fcgi/operators, fcgi/publish,
 *     fcgi/route. */
#pragma once

#include <fcgiapp.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "request/arguments.h"
#include "request/origin.h"
#include "store/store.h"
#include "stream/connection_limits.h"

struct job_kind;
struct responder;
struct server;

enum { CAPTURE_MAX = 64 };

struct request {
    struct server *server;
    FCGX_Request *fcgx;
    struct responder *responder;
    struct store **store; /* the responder's own; *store is NULL until request_store() opens it */
    const char *method, *path;
    const char *last_event_id;  /* the header or ?lastEventId=; "": none */
    bool is_head, wants_events; /* wants_events: Accept: text/event-stream */
    bool is_trusted;            /* from an address of nginx/addresses.conf */
    bool is_operators;          /* trusted, and below /api/operators: no secret is needed, and no
                                   other viewer counts */
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

/* The client as limits count it: see limits_household(); "": the web server does not say. */
enum { REQUEST_CLIENT_MAX = ADDRESS_MAX };
void request_client(const struct request *request, char ret_client[static REQUEST_CLIENT_MAX]);

/* The lines of `headers` as text. */
const char *request_headers(const struct request *request);

/* Opens `*store` if it is NULL, or if another file took the place of the one that it holds. -ERR_…:
 * it can't be opened now, and `*store` is NULL.  Any thread, with its own store. */
int store_keep_open(struct store **store, const char *jobs, const char *cases, struct error *err);
/* A server of databases has not many connections: who had no use for its store for so long closes
 * it.  Takes one that is NULL. */
enum { STORE_SPARE_MS = 20000 };
void store_keep_none(struct store **store);

/* The responder's store, which stays its own.  -ERR_…: it can't be opened now. */
int request_store(struct request *request, struct store **ret_store, struct error *err);
