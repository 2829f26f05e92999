/* operators.c - the routes of operators.  Stream and cancel are those of viewers, for whom a secret
 * and other viewers count (struct request: is_operators). */
#include "operators/operators.h"

const struct route operator_routes[] = {
    {"GET", "/api/operators", operators_overview},
    {"GET", "/api/operators/events", route_joint_events},
    {"GET", "/api/operators/hooks", operators_hooks},
    {"POST", "/api/operators/jobs/{id}/cancel", route_job_cancel},
    {"POST", "/api/operators/jobs/{id}/priority", operators_set_priority},
    {"POST", "/api/operators/jobs/{id}/retry", operators_retry},
    {NULL, NULL, NULL},
};
