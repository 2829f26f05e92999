/* still_routes.c - a frame of the video of a case, and when its scenes are shown. */
#include "cases/still_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "cases/case_body.h"
#include "cases/case_routes.h"
#include "cases/stills.h"
#include "keys/editor.h"
#include "request/answer.h"
#include "request/body.h"
#include "request/secret.h"
#include "request/server.h"
#include "video/still.h"

enum { WIDTH_NORMALLY = 640, WIDTH_MAX = 4096 };

/* --- what is asked for --- */

/* A number that is not negative; `normally` where it is not given. */
static int stills_read_real(const struct arguments *arguments, const char *name, double most,
    double normally, double *ret_number, struct error *err)
{
    const struct argument *given = arguments_find(arguments, name);
    char *end;

    *ret_number = normally;
    if (!given)
        return 0;
    *ret_number = strtod(given->value, &end);
    if (given->value[0] >= '0' && given->value[0] <= '9' && !*end && *ret_number <= most)
        return 0;
    return error_set(
        err, ERR_INPUT, "%s: \"%.40s\" is no number from 0 to %g", name, given->value, most);
}

static int stills_read_ask(
    const struct arguments *arguments, struct stills_ask *ask, struct error *err)
{
    bool has_scene = arguments_find(arguments, "scene") != NULL;
    long long scene = 0, width = 0;
    int rc = arguments_number(arguments, "scene", 1, CASE_SCENES_MAX, 0, &scene, err);

    if (rc == 0 && has_scene && arguments_find(arguments, "t"))
        return error_set(err, ERR_INPUT, "t and scene name two frames: give one of them");
    if (rc == 0 && !has_scene && arguments_find(arguments, "at"))
        return error_set(err, ERR_INPUT, "at: of which scene? Give scene, too");
    if (rc == 0)
        rc = stills_read_real(arguments, "t", CASE_SECONDS_MAX, 0, &ask->seconds, err);
    if (rc == 0)
        rc = stills_read_real(arguments, "at", 1, 0.5, &ask->share, err);
    if (rc == 0)
        rc = arguments_number(
            arguments, "width", STILL_WIDTH_MIN, WIDTH_MAX, WIDTH_NORMALLY, &width, err);
    ask->scene = (int)scene;
    ask->width = (int)width;
    return rc;
}

/* --- the answer --- */

/* The case's files or texts are what is wrong, not the request. */
static void stills_answer_error(struct request *request, int rc, const struct error *err)
{
    if (rc == STILLS_E_LEFT)
        return; /* nobody reads an answer */
    answer_error_as(request, rc == -ERR_INPUT && !err->public_text ? 422 : answer_status(err), err);
}

static void stills_answer_jpeg(struct request *request, const struct buf *jpeg)
{
    char hex[DIGEST_HEX_LEN + 1], tag[40];
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, jpeg->data, jpeg->len);
    digest_hex(&digest, hex);
    snprintf(tag, sizeof tag, "\"%.32s\"", hex);
    answer_tagged(request, "image/jpeg", tag, jpeg);
}

/* With secrets on a case shows its pictures only to whom its job was made for. */
static bool stills_may_show(struct request *request)
{
    if (!secret_is_needed(request->server->config))
        return true;
    answer_problem(request, 403, "", "a case shows its pictures only to whom its job was made for");
    return false;
}

/* The case of the body, which need not be written anywhere; its `id` may be left out.  False: the
 * request was answered. */
static bool stills_read_case(struct request *request, struct case_record **ret_record)
{
    json_t *body = editor_admit(request) ? body_json(request) : NULL;

    if (!body)
        return false;
    if (json_is_object(body) && !json_object_get(body, "id"))
        json_object_set_new(body, "id", json_string("still"));
    *ret_record = case_body_read(request, body, NULL, "");
    json_decref(body);
    return *ret_record != NULL;
}

/* Finds the case; false: the request was answered. */
typedef bool stills_find_case(struct request *request, struct case_record **ret_record);

static void stills_answer_still(struct request *request, stills_find_case *find)
{
    struct stills_ask ask = {.client_fd = request->fcgx->ipcFd};
    struct case_record *record;
    struct buf jpeg = {0};
    struct error err;
    int rc;

    if (!stills_may_show(request))
        return;
    if (stills_read_ask(&request->arguments, &ask, &err) < 0) {
        answer_error(request, &err);
        return;
    }
    if (!find(request, &record))
        return;
    rc = stills_draw(request->server->stills, record, &ask, &jpeg, NULL, &err);
    if (rc == 0)
        stills_answer_jpeg(request, &jpeg);
    else
        stills_answer_error(request, rc, &err);
    buf_free(&jpeg);
}

static void stills_answer_plan(struct request *request, stills_find_case *find)
{
    const struct stills_ask ask = {.client_fd = request->fcgx->ipcFd};
    struct case_record *record;
    struct error err;
    json_t *plan;
    int rc;

    if (!stills_may_show(request) || !find(request, &record))
        return;
    rc = stills_draw(request->server->stills, record, &ask, NULL, &plan, &err);
    if (rc == 0)
        answer_json(request, 200, plan);
    else
        stills_answer_error(request, rc, &err);
}

static void route_still(struct request *request)
{
    stills_answer_still(request, case_routes_find);
}

static void route_still_of_body(struct request *request)
{
    stills_answer_still(request, stills_read_case);
}

static void route_plan(struct request *request)
{
    stills_answer_plan(request, case_routes_find);
}

static void route_plan_of_body(struct request *request)
{
    stills_answer_plan(request, stills_read_case);
}

const struct route still_routes[] = {
    {"POST", "/api/still", route_still_of_body},
    {"POST", "/api/plan", route_plan_of_body},
    {"GET", "/api/cases/{id}/still", route_still},
    {"GET", "/api/cases/{id}/plan", route_plan},
    {NULL, NULL, NULL},
};
