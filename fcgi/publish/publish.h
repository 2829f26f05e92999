/* publish.h - jobs whose work is done elsewhere: their publishers say by POST what viewers get.
 * Responder thread.
 *
 * Any responder takes a POST: what it says is in the store before it is answered, and viewers get
 * it as they get the events of any job.
 *
 * Room: what publishers say of their jobs.
 * May use: base, fcgi/request, fcgi/route, job, program.
 * Used by: fcgi. */
#pragma once

#include "route/route.h"

extern const struct route publish_routes[];
