/* case_routes.c - a case and its poster. */
#include "cases/case_routes.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "case/case.h"
#include "cases/case_list.h"
#include "cases/case_tags.h"
#include "cases/posters.h"
#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"

bool case_routes_find(struct request *request, struct case_record **ret_record)
{
    struct store *store;
    struct error err;
    int rc;

    if (case_id_check(request->capture, &err) < 0 || request_store(request, &store, &err) < 0) {
        answer_error(request, &err);
        return false;
    }
    rc = store_case_get(store, request->capture, ret_record, &err);
    if (rc == STORE_E_NOT_FOUND) {
        error_set(&err, ERR_INPUT, "case %s not found", request->capture);
        answer_problem(request, 404, "", err.text);
    } else if (rc < 0) {
        answer_error(request, &err);
    }
    return rc == 0;
}

static void route_case(struct request *request)
{
    struct case_record *record;
    char etag[CASE_ETAG_MAX], extra[CASE_ETAG_MAX + 16];
    const char *known = request_param(request, "HTTP_IF_NONE_MATCH");

    if (!case_routes_find(request, &record))
        return;
    case_etag(record, etag);
    snprintf(extra, sizeof extra, "ETag: %s\r\n", etag);
    if (case_etag_is_in(known, etag) || strcmp(known, "*") == 0)
        answer_empty_with(request, 304, extra);
    else
        answer_json_with(request, 200, extra, case_to_json(record));
    case_free(record);
}

static void route_case_summary(struct request *request)
{
    struct case_record *record;

    if (!case_routes_find(request, &record))
        return;
    case_list_answer_one(request, record);
    case_free(record);
}

/* --- posters --- */

static void cases_answer_poster(struct request *request, const struct case_record *record)
{
    char url[PATH_MAX], extra[PATH_MAX + 32];
    struct error err;
    int rc = posters_find(request->server->posters, record, !request->is_head, url, &err);

    if (rc == 0) {
        snprintf(extra, sizeof extra, "Location: %s\r\n", url);
        answer_empty_with(request, 302, extra);
    } else if (rc == POSTERS_E_NOT_YET) {
        answer_empty_with(request, 204, "Retry-After: 1\r\n");
    } else if (rc == -ERR_INPUT) {
        answer_problem(request, 404, "", err.text);
    } else {
        log_warning("poster of case %s: %s", record->id, err.text);
        answer_problem(request, 503, "Retry-After: 5\r\n", "pictures can't be read at the moment");
    }
}

static void route_poster(struct request *request)
{
    struct case_record *record;

    if (secret_is_needed(request->server->config)) {
        answer_problem(
            request, 403, "", "a case shows its pictures only to whom its job was made for");
        return;
    }
    if (!case_routes_find(request, &record))
        return;
    cases_answer_poster(request, record);
    case_free(record);
}

const struct route case_routes[] = {
    {"GET", "/api/cases", route_case_list},
    {"GET", "/api/cases/{id}", route_case},
    {"GET", "/api/cases/{id}/poster", route_poster},
    {"GET", "/api/cases/{id}/summary", route_case_summary},
    {NULL, NULL, NULL},
};
