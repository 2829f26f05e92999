/* case_edits.h - the routes that write cases. */
#pragma once

#include "route/route.h"

/* POST /api/cases; PUT and DELETE /api/cases/{id}; GET /api/editor */
extern const struct route case_edits[];
