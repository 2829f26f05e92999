/* maker.h - a thread that watches one job, and makes it unless another process does. */
#pragma once

#include "base/config.h"
#include "base/error.h"

struct maker;

/* As any process it needs a free slot of its machine for that, and takes over if another one that
 * made the job ends.  `config` outlives the maker.  NULL: `err` says why. */
struct maker *maker_start(const struct config *config, const char *job_id, struct error *err);

/* As whom it watches (store_audience_others()). */
const char *maker_watcher(const struct maker *maker);

/* Hands the job back if it is made here and has not ended, and frees.  Takes NULL. */
void maker_stop(struct maker *maker);
