/* route.h - the table of routes: which function answers a request.  Responder thread.
 *
 * Room: the routes of jobs and of the clock.
 * May use: base, fcgi/keys, fcgi/monitor, fcgi/request, hooks, hub/kind, hub/pruner, loop,
 *     sse, store.
 * Used by: fcgi, fcgi/cases, fcgi/files, fcgi/operators, fcgi/publish. */
#pragma once

#include "request/request.h"

/* `{id}` in a pattern stands for one segment of 1 to CAPTURE_MAX bytes, which the request gets as
 * `capture`. */
struct route {
    const char *method, *pattern; /* NULL: the end of the table */
    void (*answer)(struct request *request);
};

/* Answers the request, or hands it over to the loop: the `answer` of struct server. */
void route(struct request *request);

/* --- the routes, by file --- */

void route_clock(struct request *request); /* clock_feed.c: GET /api/events */
/* job_streams.c: GET of a path of request->kind; GET /api/jobs/{id}/events */
void route_job_stream(struct request *request);
void route_job_events(struct request *request);
void route_joint_events(struct request *request); /* joint_stream.c: GET /api/events/jobs */

void route_job_create(struct request *request); /* job_create.c: POST /api/jobs */
void route_job_list(struct request *request);   /* job_lists.c: GET /api/jobs */
void route_job(struct request *request);        /* job_routes.c: GET /api/jobs/{id} */
void route_job_delete(struct request *request); /* job_routes.c: DELETE /api/jobs/{id} */
void route_may_see(struct request *request);    /* job_routes.c: GET /casecast/may-see/{folder} */
void route_job_cancel(struct request *request); /* job_routes.c: POST /api/jobs/{id}/cancel */
