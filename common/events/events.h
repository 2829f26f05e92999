/* events.h - the named events of jobs: what the data of each holds.  Any thread. */
#pragma once

#include "events/shape.h"

/* Of every job.  `canceled` holds nothing, and so does the `done` of a program without a result. */
extern const struct shape event_job, event_failed, event_canceled, event_end;
/* Of a program that is tried again. */
extern const struct shape event_retry;
/* Of videos. */
extern const struct shape event_progress, event_scene, event_playable, event_done;
extern const struct shape event_chapter; /* of `done` */
/* The last event of a joint stream. */
extern const struct shape event_complete;

/* All of them, in the order in which a job may have them; ends with NULL. */
extern const struct shape *const events[];

/* The JSON Schema of all events: each is #/$defs/NAME.  A new reference that the caller owns. */
json_t *events_schema(void);

/* NULL: no event has this name. */
const struct shape *events_find(const char *name);
