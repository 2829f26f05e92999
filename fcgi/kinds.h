/* kinds.h - the tables of kinds.c: the kinds of job of this program, and their own routes. */
#pragma once

#include "hub/kind/kind.h"
#include "route/route.h"

/* Ends with NULL.  Where no kind is known (no such job), a refused stream ends with the last
 * message of the first. */
extern const struct job_kind *const job_kinds[];

/* Tables of routes beside those that every job has (route.c), each as `case_routes`.  Ends with
 * NULL. */
extern const struct route *const kind_routes[];
