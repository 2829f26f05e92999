/* stalled.h - viewers that take a stream and then hardly read it: every second one reads nothing,
 * the others a byte a second. */
#pragma once

#include "crowd.h"

struct stalled;

/* plan->n_stalled of them on plan->stalled_path, all connected when it returns. */
struct stalled *stalled_open(const struct plan *plan);
void stalled_turn(struct stalled *stalled); /* call it often */
void stalled_close(struct stalled *stalled);
