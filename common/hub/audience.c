/* audience.c - tells the clerk how many watch a job here, and who the first of them are, so that a
 * process that is asked to cancel it knows of all viewers.  Loop thread. */
#include <string.h>

#include "hub/hub_private.h"

void audience_tell(struct hub *hub, const char *job_id, const struct link *watches, int n)
{
    struct audience audience = {.n = n};
    size_t len = 0;
    int i = 0;

    strcpy(audience.job_id, job_id);
    for (const struct link *at = watches->next; at != watches && i < AUDIENCE_LISTED;
         at = at->next, i++) {
        const struct watch *watch = list_item(at, struct watch, link);

        if (len)
            audience.who[len++] = ' ';
        memcpy(&audience.who[len], watch->watcher, WATCHER_LEN);
        len += WATCHER_LEN;
    }
    audience.who[len] = '\0';
    clerk_audience(hub->clerk, &audience);
}
