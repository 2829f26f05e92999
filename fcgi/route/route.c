/* route.c - see route.h. */
#include "route/route.h"

#include <stdio.h>
#include <string.h>

#include "monitor/monitor.h"
#include "request/answer.h"
#include "request/server.h"

/* The routes of every kind of job, and those that have nothing to do with jobs. */
static const struct route common_routes[] = {
    {"GET", "/api/events", route_clock},
    {"GET", "/api/events/jobs", route_joint_events},
    {"GET", "/api/health/live", route_live},
    {"GET", "/api/health/ready", route_ready},
    {"GET", "/api/jobs", route_job_list},
    {"POST", "/api/jobs", route_job_create},
    {"GET", "/api/jobs/{id}", route_job},
    {"DELETE", "/api/jobs/{id}", route_job_delete},
    {"POST", "/api/jobs/{id}/cancel", route_job_cancel},
    {"GET", "/api/jobs/{id}/events", route_job_events},
    {"GET", "/api/metrics", route_metrics},
    {"GET", "/casecast/may-see/{id}", route_may_see},
    {NULL, NULL, NULL},
};

static const struct route stream_route = {"GET", NULL, route_job_stream};

static bool route_matches(
    const char *pattern, const char *path, char ret_capture[static CAPTURE_MAX + 1])
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

static bool route_takes(const char *method, const struct request *request)
{
    return strcmp(method, request->method) == 0 || (request->is_head && strcmp(method, "GET") == 0);
}

/* A page of another site must not start or end anything through the browser of its visitor.  True:
 * the request was answered. */
static bool route_refuse_forged(struct request *request)
{
    const char *method = request->method;
    struct error err;

    if (request->origin != ORIGIN_FOREIGN ||
        (strcmp(method, "POST") != 0 && strcmp(method, "PUT") != 0 &&
            strcmp(method, "DELETE") != 0))
        return false;
    error_set(&err, ERR_INPUT,
        "a %s to %.100s must come from a page of this site, or from a program that is no browser "
        "(CASECAST_ORIGINS names other sites)",
        method, request->path);
    answer_problem(request, 403, "", err.text);
    return true;
}

/* What is below /api/operators is for trusted addresses, and for no page of another site: an
 * operator's browser is trusted on whatever page it is.  True: the request was answered. */
static bool route_refuse_stranger(struct request *request)
{
    static const char prefix[] = "/api/operators";
    size_t len = sizeof prefix - 1;

    if (strncmp(request->path, prefix, len) != 0 ||
        (request->path[len] && request->path[len] != '/'))
        return false;
    request->is_operators = request->is_trusted && request->origin == ORIGIN_OURS;
    if (request->is_operators)
        return false;
    answer_problem(request, 403, "",
        request->is_trusted ? "this is for pages of this site, and for programs that are no browser"
                            : "only the addresses in nginx/addresses.conf may ask for this");
    return true;
}

static void route_answer_options(struct request *request, const char *allowed)
{
    char extra[64 + 256];

    snprintf(extra, sizeof extra, "Allow: %s, OPTIONS\r\n%s", allowed,
        request->origin == ORIGIN_NAMED ? origin_preflight : "");
    answer_empty_with(request, 204, extra);
}

/* --- search --- */

struct search {
    struct request *request;
    char allowed[64]; /* the methods of the routes at this path; "": there is none */
};

static bool route_search_method(struct search *search, const struct route *route)
{
    size_t len = strlen(search->allowed);

    if (route_takes(route->method, search->request))
        return true;
    snprintf(search->allowed + len, sizeof search->allowed - len, "%s%s", len ? ", " : "",
        strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method);
    return false;
}

static const struct route *route_search_table(struct search *search, const struct route *table)
{
    for (; table->method; table++)
        if (route_matches(table->pattern, search->request->path, search->request->capture) &&
            route_search_method(search, table))
            return table;
    return NULL;
}

static const struct route *route_search_kind(struct search *search, const struct job_kind *kind)
{
    for (const char *const *path = kind->stream_paths; path && *path; path++)
        if (strcmp(*path, search->request->path) == 0 &&
            route_search_method(search, &stream_route)) {
            search->request->kind = kind;
            return &stream_route;
        }
    return NULL;
}

static const struct route *route_search_all(struct search *search)
{
    const struct server *server = search->request->server;
    const struct route *found = route_search_table(search, common_routes);

    if (!found && server->operator_routes)
        found = route_search_table(search, server->operator_routes);

    for (const struct route *const *table = server->kind_routes; !found && *table; table++)
        found = route_search_table(search, *table);
    for (const struct job_kind *const *kind = kinds_list(&server->kinds); !found && *kind; kind++)
        found = route_search_kind(search, *kind);
    return found;
}

/* error_set() makes one line of well-formed text, whatever the path holds. */
static void route_refuse(struct request *request, const char *allowed)
{
    char extra[96];
    struct error err;

    if (*allowed && strcmp(request->method, "OPTIONS") == 0) {
        route_answer_options(request, allowed);
    } else if (*allowed) {
        snprintf(extra, sizeof extra, "Allow: %s\r\n", allowed);
        error_set(&err, ERR_INPUT, "%.16s is not allowed here: use %s", request->method, allowed);
        answer_problem(request, 405, extra, err.text);
    } else {
        error_set(&err, ERR_INPUT, "nothing is at %.100s", request->path);
        answer_problem(request, 404, "", err.text);
    }
}

void route(struct request *request)
{
    struct search search = {.request = request};
    const struct route *found;

    if (route_refuse_forged(request) || route_refuse_stranger(request))
        return;
    found = route_search_all(&search);
    if (found)
        found->answer(request);
    else
        route_refuse(request, search.allowed);
}
