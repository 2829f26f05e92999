/* case_list.h - the route that lists and searches cases. */
#pragma once

#include "route/route.h"

/* GET /api/cases */
void route_case_list(struct request *request);
