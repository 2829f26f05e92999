/* case_routes.h - the routes of cases: what there is to make a video of. */
#pragma once

#include "route/route.h"

/* GET /api/cases, /api/cases/{id}, /api/cases/{id}/poster */
extern const struct route case_routes[];
