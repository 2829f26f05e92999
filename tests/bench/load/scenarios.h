/* scenarios.h - the measurements with a crowd.  Each runs to its end and returns its results. */
#pragma once

#include "crowd.h"

/* Opens all streams, lets them settle, then measures until a stream gets its last message. */
json_t *steady_run(const struct plan *plan);

/* Opens and ends `n_short` streams, `n_viewers` of them at a time: half of them are read to their
 * end, half are closed after the first message. */
json_t *short_run(const struct plan *plan);
