/* metrics.h - GET /api/metrics: figures of all processes of this machine and of their database.
 *
 * Figures of a process have the label `process`: its name, as `casecast machines` lists it.
 * Figures of the database have no such label. */
#pragma once

#include "monitor/exposition.h"
#include "request/request.h"

struct server;

/* The processes of this machine tell one another their figures from now on: see neighbours.h.  If
 * that can't be, the log says so, and a scrape tells of one process.  Loop thread. */
void metrics_start(struct server *server);
/* No thread answers requests any more.  Loop thread. */
void metrics_stop(struct server *server);

/* --- the parts --- */

/* The families of this process.  Any thread. */
void metrics_add_process(struct exposition *to, struct server *server);

/* The families of the database; nothing while it can't be read: /api/health/ready says why.
 * Responder thread. */
void metrics_add_store(struct exposition *to, struct request *request);
