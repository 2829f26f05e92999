/* health_routes.c - GET /api/health/live, /api/health/ready. */
#include <unistd.h>

#include "base/clock.h"
#include "monitor/health.h"
#include "monitor/monitor.h"
#include "request/answer.h"
#include "request/server.h"

enum {
    WAKE_MS = 1500, /* a process that slept (with its machine) gets so long to run again */
    LOOK_MS = 50,
};

static const char *health_route_stuck_part(const struct server *server)
{
    return health_stuck(
        clock_monotonic_ms(), atomic_load(&server->turned_ms), hub_turned_ms(server->hub));
}

void route_live(struct request *request)
{
    const char *stuck = health_route_stuck_part(request->server);

    for (int ms = 0; stuck && ms < WAKE_MS; ms += LOOK_MS) {
        usleep(LOOK_MS * 1000);
        stuck = health_route_stuck_part(request->server);
    }
    answer_json(
        request, stuck ? 503 : 200, json_pack("{s:b, s:s*}", "live", !stuck, "stuck", stuck));
}

/* --- ready --- */

void route_ready(struct request *request)
{
    struct health_report report;
    json_t *checks = json_object();

    health_ask(request->server->health, &report);
    if (!request->is_trusted) { /* the checks hold paths */
        json_decref(checks);
        answer_json(
            request, report.is_ready ? 200 : 503, json_pack("{s:b}", "ready", report.is_ready));
        return;
    }
    for (int i = 0; i < HEALTH_CHECKS; i++)
        json_object_set_new(checks, report.checks[i].name, json_string(report.checks[i].text));
    answer_json(request, report.is_ready ? 200 : 503,
        json_pack("{s:b, s:o}", "ready", report.is_ready, "checks", checks));
}
