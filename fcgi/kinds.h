/* kinds.h - the tables of kinds.c: the kinds of job of this program, and their own routes. */
#pragma once

#include "hub/kind/kind.h"
#include "route/route.h"

/* Ends with NULL.  Where no kind is known (there is no such job), the first one says the last
 * message of a refused stream. */
extern const struct job_kind *const job_kinds[];

/* Tables of further routes, as `case_routes`; those that every kind has are in route.c.  Ends with
 * NULL. */
extern const struct route *const kind_routes[];
