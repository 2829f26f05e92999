#include "routes.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const struct {
    const char *method, *pattern;
    void (*answer)(struct request *request);
} routes[] = {
    {"GET", "/api/cases", route_cases},
    {"GET", "/api/cases/{id}", route_case},
    {"GET", "/api/cases/{id}/poster", route_poster},
    {"GET", "/api/events", route_clock},
    {"GET", "/api/health/live", route_live},
    {"GET", "/api/health/ready", route_ready},
    {"POST", "/api/jobs", route_job_create},
    {"GET", "/api/jobs/{id}", route_job},
    {"POST", "/api/jobs/{id}/cancel", route_job_cancel},
    {"GET", "/api/jobs/{id}/events", route_job_events},
    {"GET", "/api/metrics", route_metrics},
    {"GET", "/casecast/may-see/{id}", route_may_see},
    {"GET", "/create/video", route_video},
    {"GET", "/media/video", route_video},
};

enum { N_ROUTES = sizeof routes / sizeof *routes };

/* `{id}` stands for one segment of 1 to CAPTURE_MAX bytes. */
static bool matches(const char *pattern, const char *path, char ret_capture[static CAPTURE_MAX + 1])
{
    const char *hole = strstr(pattern, "{id}");
    size_t before, len;

    if (!hole)
        return strcmp(pattern, path) == 0;
    before = (size_t)(hole - pattern);
    if (strncmp(pattern, path, before) != 0)
        return false;
    len = strcspn(path + before, "/");
    if (len == 0 || len > CAPTURE_MAX || strcmp(path + before + len, hole + strlen("{id}")) != 0)
        return false;
    memcpy(ret_capture, path + before, len);
    ret_capture[len] = '\0';
    return true;
}

static bool takes(const char *method, const struct request *request)
{
    return strcmp(method, request->method) == 0 || (request->is_head && strcmp(method, "GET") == 0);
}

/* Another site's page must not start or end anything in its visitor's name. */
static bool is_forged(struct request *request)
{
    struct error err;

    if (request->origin != ORIGIN_FOREIGN || strcmp(request->method, "POST") != 0)
        return false;
    error_set(&err, ERR_INPUT,
        "a POST to %.100s must come from a page of this site, or from a program that is no browser "
        "(CASECAST_ORIGINS names other sites)",
        request->path);
    answer_problem(request, 403, "", err.text);
    return true;
}

static void answer_options(struct request *request, const char *allowed)
{
    char extra[64 + 256];

    snprintf(extra, sizeof extra, "Allow: %s, OPTIONS\r\n%s", allowed,
        request->origin == ORIGIN_NAMED ? origin_preflight : "");
    answer_bare(request, 204, extra);
}

void route(struct request *request)
{
    const char *allowed = NULL;
    char extra[64];
    struct error err;

    if (is_forged(request))
        return;
    for (int i = 0; i < N_ROUTES; i++) {
        if (!matches(routes[i].pattern, request->path, request->capture))
            continue;
        if (takes(routes[i].method, request)) {
            routes[i].answer(request);
            return;
        }
        allowed = strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method;
    }
    /* error_set() makes one line of well-formed text of whatever the path holds. */
    if (allowed && strcmp(request->method, "OPTIONS") == 0) {
        answer_options(request, allowed);
    } else if (allowed) {
        snprintf(extra, sizeof extra, "Allow: %s\r\n", allowed);
        error_set(
            &err, ERR_INPUT, "%.16s is not what this address takes: %s", request->method, allowed);
        answer_problem(request, 405, extra, err.text);
    } else {
        error_set(&err, ERR_INPUT, "nothing is at %.100s", request->path);
        answer_problem(request, 404, "", err.text);
    }
}
