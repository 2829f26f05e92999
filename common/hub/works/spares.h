/* spares.h - connections to the store, handed on from a work that has ended to one that begins: for
 * a short job the making of one costs more than all that the job writes.  Any thread. */
#pragma once

#include "store/store.h"

struct spares;

struct spares *spares_new(void);
void spares_free(struct spares *spares); /* every take was followed by a give */

/* A connection that was opened a short time ago, or NULL: the caller opens one.  It calls
 * spares_give() in any case. */
struct store *spares_take(struct spares *spares, int64_t *ret_opened_ms);
/* `store` may be NULL.  The last of all who took closes all: none stays open while nothing runs. */
void spares_give(struct spares *spares, struct store *store, int64_t opened_ms);
