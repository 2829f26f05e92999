/* health.h - does this process run, and is it ready?  Readiness is tried, not assumed: a write to
 * the database, a write to the output folder.
 *
 * One report a second serves all requests, however many; the thread of one of them makes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct server;

enum {
    HEALTH_CHECKS = 5,
    HEALTH_REPORT_MS = 1000,
    HEALTH_STUCK_MS = 10000, /* a loop or a clerk without a turn for so long is stuck */
};

struct health_report {
    bool is_ready; /* every check is "ok" */
    struct {
        const char *name;
        char text[sizeof((struct error *)0)->text]; /* "ok", or what is wrong, with paths: for
                                                       operators only */
    } checks[HEALTH_CHECKS];
};

struct health;

/* `server` outlives it. */
struct health *health_new(const struct server *server);

/* No thread uses it any more. */
void health_free(struct health *health);

/* The report of the last second, or a new one.  Any thread.  A new one may wait for a lock of the
 * database, at most STORE_WAIT_MS; other threads get the report before it meanwhile. */
void health_ask(struct health *health, struct health_report *ret_report);

/* Makes the folder CASECAST_OUTPUT if it is not there.  -ERR_IO names it.  Any thread. */
int health_make_output(const char *output, struct error *err);

/* The part of a process that had no turn for more than HEALTH_STUCK_MS, by the monotonic times of
 * the last turns; NULL: none.  Any thread. */
const char *health_stuck(int64_t now_ms, int64_t loop_turned_ms, int64_t clerk_turned_ms);
