/* clock_feed.h - the tutorial's clock, seen from the loop: its next message falls due on the
 * server's wheel. */
#pragma once

#include "base/list.h"

void clock_due(struct link *link);
