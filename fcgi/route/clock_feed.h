/* clock_feed.h - the tutorial's clock as the loop sees it. */
#pragma once

#include "base/list.h"

/* For the server's wheel: the next message of the feed that `link` is in is due.  Loop thread. */
void clock_feed_due(struct link *link);
