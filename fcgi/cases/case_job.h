/* case_job.h - a job for a case that its request brings along, and that is kept nowhere else. */
#pragma once

#include "route/jobs.h"

/* Only who may write cases may send one.  The job's subject is made of the case, so the same case
 * is the same job. */
extern const struct jobs_brought case_brought;
