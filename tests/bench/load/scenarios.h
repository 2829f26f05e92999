/* scenarios.h - what a crowd can be asked to do.  Each runs to its end and says what it saw. */
#pragma once

#include "crowd.h"

/* Opens all streams, lets them settle, then measures until the first of them gets its last message.
 */
json_t *steady_run(const struct plan *plan);

/* Opens and ends `n_short` streams, `n_viewers` of them at a time: half are read to their end, half
 * are left after the first message. */
json_t *short_run(const struct plan *plan);
