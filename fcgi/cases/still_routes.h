/* still_routes.h - the routes of stills: what the video of a case will show, and when. */
#pragma once

#include "route/route.h"

/* GET /api/cases/{id}/still, /api/cases/{id}/plan; POST /api/still, /api/plan for a case in the body */
extern const struct route still_routes[];
