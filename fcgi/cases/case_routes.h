/* case_routes.h - the routes of cases: what there is to make a video of.
 *
 * Room: cases over HTTP: the list, posters, and who may change them.
 * May use: base, case, fcgi/keys, fcgi/kind, fcgi/request, fcgi/route, video, video/deliver,
 *     video/draw, video/media.
 * Used by: fcgi. */
#pragma once

#include "case/case.h"
#include "route/route.h"

/* GET /api/cases, /api/cases/{id}, /api/cases/{id}/poster, /api/cases/{id}/summary */
extern const struct route case_routes[];

/* The case that the route names, which the caller frees.  False: there is none, and the request was
 * answered. */
bool case_routes_find(struct request *request, struct case_record **ret_record);
