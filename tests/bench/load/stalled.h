/* stalled.h - viewers that open a stream and hardly read it: every second viewer reads nothing, the
 * others read a byte a second. */
#pragma once

#include "crowd.h"

struct stalled;

/* Connects plan->n_stalled viewers to plan->stalled_path; all are connected when it returns. */
struct stalled *stalled_open(const struct plan *plan);
void stalled_turn(struct stalled *stalled); /* to be called often */
void stalled_close(struct stalled *stalled);
