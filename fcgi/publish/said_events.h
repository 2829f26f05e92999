/* said_events.h - the body {"events": […]} of a publisher.  Responder thread. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "job/job.h"

struct said_events {
    int n;
    struct job_event *at;
};

/* -ERR_INPUT names the place in the body and what would be right.  The caller calls
 * said_events_clear() in any case. */
int said_events_read(const json_t *body, struct said_events *ret_events, struct error *err);
void said_events_clear(struct said_events *events);

/* The text of JSON that is kept, which the caller frees.  NULL: it is longer than 64 KiB. */
char *said_text(const json_t *json);
