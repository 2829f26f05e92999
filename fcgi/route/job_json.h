/* job_json.h - a job as the API tells it.  Any thread. */
#pragma once

#include <jansson.h>

#include "hub/kind/kind.h"

/* A new object.  Its member that names the subject is called as the kind says; `kind` NULL (a newer
 * version made the job): "subject".  `prefix`: CASECAST_PREFIX. */
json_t *job_json(const char *prefix, const struct job_kind *kind, const struct job *job);
