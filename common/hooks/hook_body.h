/* hook_body.h - what is sent: an event as the JSON that "Standard Webhooks" recommends.  Any
 * thread. */
#pragma once

#include "job/job.h"
#include "store/hooks.h"

enum { HOOK_MESSAGE_ID_MAX = 64 };

/* The header webhook-id: the same for each attempt of a delivery, and for no other one. */
void hook_message_id(const struct hook_due *due, char ret_id[static HOOK_MESSAGE_ID_MAX]);

/* The body, the same for each attempt; the caller frees it.
 *
 *     {"type": "job.end", "timestamp": "2026-01-31T12:00:00Z", "data": {"job": ID, "kind": …,
 *      "subject": …, "event": "end", "number": 7, "data": …, "state": "done", "result": …,
 *      "metadata": …}}
 *
 * The job's state, and its result or error, are in its last event only. */
char *hook_body(const struct hook_due *due, const struct job *job);
