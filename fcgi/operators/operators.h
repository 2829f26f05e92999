/* operators.h - what operators see and do, below /api/operators.  Responder thread.
 *
 * route() lets nobody else come here, so these functions check no secret and ask no viewer.
 *
 * Room: what operators see and do.
 * May use: base, fcgi/request, fcgi/route, store.
 * Used by: fcgi. */
#pragma once

#include "route/route.h"

extern const struct route operator_routes[];

void operators_overview(struct request *request); /* overview.c: GET /api/operators */
void operators_hooks(struct request *request);    /* hook_list.c: GET /api/operators/hooks */
/* job_actions.c: POST /api/operators/jobs/{id}/retry, …/priority */
void operators_retry(struct request *request);
void operators_set_priority(struct request *request);
