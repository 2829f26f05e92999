/* case_edits.c - POST /api/cases, PUT and DELETE /api/cases/{id}, and who may do so. */
#include "cases/case_edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "cases/case_body.h"
#include "cases/case_tags.h"
#include "request/answer.h"
#include "request/body.h"
#include "keys/editor.h"
#include "request/server.h"

enum {
    ID_LEN = 12,           /* characters of an id that is made here */
    EDITS_E_UNMET = 100,   /* beside the answers of the store: If-Match or If-None-Match says no */
    EDITS_E_UNCONDITIONAL, /* the case is there, and the request does not say which it knows */
};

/* One request that writes. */
struct case_editing {
    struct request *request;
    struct case_record *record; /* NULL: the case is removed */
    bool must_know;             /* to replace a case, one must say which */
    bool was_there;
    char etag[CASE_ETAG_MAX]; /* of what is there; "": none, or no case can be read from it */
};

/* --- conditions --- */

/* "": the header was not sent. */
static bool edits_is_met(const struct case_editing *editing)
{
    const char *match = request_param(editing->request, "HTTP_IF_MATCH");
    const char *none_match = request_param(editing->request, "HTTP_IF_NONE_MATCH");

    if (*match && strcmp(match, "*") == 0 && !editing->was_there)
        return false;
    if (*match && strcmp(match, "*") != 0 &&
        (!*editing->etag || !case_etag_is_in(match, editing->etag)))
        return false;
    if (strcmp(none_match, "*") == 0)
        return !editing->was_there;
    return !*none_match || !*editing->etag || !case_etag_is_in(none_match, editing->etag);
}

/* `may` of struct case_edit. */
static int edits_may(
    void *ctx, bool is_there, const struct case_record *was, struct error *err)
{
    struct case_editing *editing = ctx;
    bool has_said = *request_param(editing->request, "HTTP_IF_MATCH") ||
                    *request_param(editing->request, "HTTP_IF_NONE_MATCH");

    editing->was_there = is_there;
    editing->etag[0] = '\0';
    if (was)
        case_etag(was, editing->etag);
    if (!edits_is_met(editing)) {
        error_set(err, ERR_INPUT, is_there
                ? "the case is another one by now: read it anew, and change that one"
                : "there is no such case, or not any more");
        return EDITS_E_UNMET;
    }
    if (is_there && !has_said && editing->must_know) {
        error_set(err, ERR_INPUT,
            "there is such a case: send \"If-Match: \" and the ETag that it came with, so that no "
            "other's change is lost, or \"If-Match: *\" to replace whatever is there");
        return EDITS_E_UNCONDITIONAL;
    }
    return 0;
}

/* --- answers --- */

static void edits_refuse(const struct case_editing *editing, int rc, const struct error *err)
{
    char extra[CASE_ETAG_MAX + 16] = "";

    if (*editing->etag)
        snprintf(extra, sizeof extra, "ETag: %s\r\n", editing->etag);
    if (rc == EDITS_E_UNMET)
        answer_problem(editing->request, 412, extra, err->text);
    else if (rc == EDITS_E_UNCONDITIONAL)
        answer_problem(editing->request, 428, extra, err->text);
    else if (rc == STORE_E_READ_ONLY)
        answer_problem(editing->request, 405, "Allow: GET, HEAD\r\n", err->text);
    else
        answer_error(editing->request, err);
}

/* The body is the case as it was written, which the tag belongs to. */
static void edits_answer_case(const struct case_editing *editing)
{
    const struct config *config = editing->request->server->config;
    const char *id = editing->record->id;
    char etag[CASE_ETAG_MAX], *extra;

    case_etag(editing->record, etag);
    extra = mem_format("%s: %s/api/cases/%s\r\nETag: %s\r\n",
        editing->was_there ? "Content-Location" : "Location", config->prefix, id, etag);
    answer_json_with(editing->request, editing->was_there ? 200 : 201, extra,
        case_to_json(editing->record));
    free(extra);
}

static void edits_note(const struct case_editing *editing, const char *id)
{
    atomic_fetch_add(&editing->request->server->n_edits, 1);
    log_info("case %s: %s over HTTP", id,
        !editing->record       ? "removed"
        : editing->was_there ? "replaced"
                               : "made");
}

/* --- writing --- */

static void edits_write(struct case_editing *editing, const char *id)
{
    struct case_edit edit = {
        .id = id, .record = editing->record, .may = edits_may, .ctx = editing};
    struct store *store;
    struct error err;
    int rc = request_store(editing->request, &store, &err);

    if (rc == 0)
        rc = store_case_edit(store, &edit, &err);
    if (rc == STORE_E_NOT_FOUND) {
        error_set(&err, ERR_INPUT, "case %s not found", id);
        answer_problem(editing->request, 404, "", err.text);
    } else if (rc != 0) {
        edits_refuse(editing, rc, &err);
    } else {
        edits_note(editing, id);
        if (editing->record)
            edits_answer_case(editing);
        else
            answer_empty(editing->request, 204);
    }
}

static void edits_write_body(struct case_editing *editing, const char *id)
{
    json_t *body = body_json(editing->request);

    editing->record = body ? case_body_read(editing->request, body, id, "") : NULL;
    json_decref(body);
    if (editing->record)
        edits_write(editing, id);
    case_free(editing->record);
}

/* --- routes --- */

/* False: the request was answered. */
static bool edits_check_id(struct request *request)
{
    struct error err;

    if (case_id_check(request->capture, &err) == 0)
        return true;
    answer_error(request, &err);
    return false;
}

static void route_case_put(struct request *request)
{
    struct case_editing editing = {.request = request, .must_know = true};

    if (editor_admit(request) && edits_check_id(request))
        edits_write_body(&editing, request->capture);
}

/* What another has changed meanwhile is lost only if the request does not say what it knows. */
static void route_case_delete(struct request *request)
{
    struct case_editing editing = {.request = request};

    if (editor_admit(request) && edits_check_id(request))
        edits_write(&editing, request->capture);
}

static void route_case_post(struct request *request)
{
    struct case_editing editing = {.request = request, .must_know = true};
    char id[ID_LEN + 1];

    digest_random_name(id, ID_LEN);
    if (editor_admit(request))
        edits_write_body(&editing, id);
}

/* For pages, which show what a person may do before he tries it. */
static void route_editor(struct request *request)
{
    const char *refusal = editor_refusal(request);

    answer_json(request, 200, json_pack("{s:b, s:s?}", "mayWrite", !refusal, "why", refusal));
}

const struct route case_edits[] = {
    {"GET", "/api/editor", route_editor},
    {"POST", "/api/cases", route_case_post},
    {"PUT", "/api/cases/{id}", route_case_put},
    {"DELETE", "/api/cases/{id}", route_case_delete},
    {NULL, NULL, NULL},
};
