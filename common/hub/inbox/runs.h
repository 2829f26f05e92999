/* runs.h - a list of runs: of jobs as their claims gave them.  No thread-safety of its own: the
 * owner of the list guards it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job/job.h"

/* Zeroed: empty. */
struct runs {
    struct run {
        char job_id[JOB_ID_LEN + 1];
        int64_t run;
    } * items;
    size_t n;
};

void runs_add(struct runs *runs, const struct job *job);
/* Nothing happens if the run is not in the list. */
void runs_remove(struct runs *runs, const struct job *job);
bool runs_has(const struct runs *runs, const struct job *job);
void runs_clear(struct runs *runs); /* empty again, nothing allocated */
