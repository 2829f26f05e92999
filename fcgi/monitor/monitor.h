/* monitor.h - the routes of operators.  Responder thread.
 *
 * Room: health checks and metrics, and their routes.
 * May use: base, fcgi/request, hooks, loop, s3, store.
 * Used by: fcgi, fcgi/route. */
#pragma once

#include "request/request.h"

void route_live(struct request *request);    /* health_routes.c: GET /api/health/live */
void route_ready(struct request *request);   /* health_routes.c: GET /api/health/ready */
void route_metrics(struct request *request); /* metrics.c: GET /api/metrics */
