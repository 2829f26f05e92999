/* health.h - does this process come round, and is it ready?  The second is tried out, not believed:
 * a write, the files in their places.
 *
 * One look a second serves all who ask, however many; it is made on the thread of one of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct server;

enum {
    HEALTH_CHECKS = 5,
    HEALTH_REPORT_MS = 1000,
    HEALTH_STUCK_MS = 10000, /* a loop or a clerk that has not come round for so long never will */
};

struct health_report {
    bool is_ready; /* all is well */
    struct {
        const char *name;
        char text[sizeof((struct error *)0)->text]; /* "ok", or what is wrong: for operators, as
                                                       paths stand in it */
    } checks[HEALTH_CHECKS];
};

struct health;

struct health *health_new(const struct server *server);
void health_free(struct health *health);

/* The report of the last second, or a new one.  Responder thread; a new one may wait for a lock of
 * the database, at most STORE_WAIT_MS, while others get the one before it. */
void health_ask(struct health *health, struct health_report *ret_report);

/* The folder CASECAST_OUTPUT, made if it is not there.  -ERR_IO names it. */
int health_make_output(const char *output, struct error *err);

/* Which part of a process has not come round for more than HEALTH_STUCK_MS, by the monotonic times
 * when each last did; NULL: none.  Any thread. */
const char *health_stuck(int64_t now_ms, int64_t loop_turned_ms, int64_t clerk_turned_ms);
