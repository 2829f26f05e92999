/* case_body.c - see case_body.h. */
#include "cases/case_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "request/answer.h"
#include "request/server.h"
#include "video/case_files.h"
#include "video/draw/caption.h"
#include "video/media/media.h"

enum { MISTAKES_TOLD = 100 };

struct case_body {
    struct request *request;
    const char *at; /* of the case in the body: a JSON Pointer */
    struct case_mistakes mistakes;
    json_t *errors;
};

/* --- mistakes --- */

static void case_body_add(void *ctx, const char *place, const char *text)
{
    struct case_body *body = ctx;
    char pointer[2 * sizeof(struct error) + 2];
    size_t len = strlen(place);
    char *whole;

    if (json_array_size(body->errors) == MISTAKES_TOLD)
        return;
    case_place_pointer(place, pointer);
    whole = mem_format("%s%s", body->at, pointer);
    json_array_append_new(body->errors,
        json_pack("{s:s, s:s}", "pointer", whole, "detail", len ? text + len + 2 : text));
    free(whole);
}

static void case_body_add_file(void *ctx, const char *place, const char *field, const char *text)
{
    struct case_body *body = ctx;

    case_mistake(&body->mistakes, place, field, "%s", text);
}

static void case_body_refuse(struct case_body *body)
{
    char detail[80];

    snprintf(detail, sizeof detail, "the case has %d %s: %s", body->mistakes.n,
        body->mistakes.n == 1 ? "mistake" : "mistakes",
        *body->at ? "no job was made" : "nothing was written");
    answer_problem_with(
        body->request, 422, "", detail, json_pack("{s:O}", "errors", body->errors));
}

/* --- checks --- */

static void case_body_set_id(struct case_body *body, json_t *json, const char *id)
{
    const json_t *own = json_object_get(json, "id");

    if (!id || !json_is_object(json))
        return;
    if (!own)
        json_object_set_new(json, "id", json_string(id));
    else if (!json_is_string(own) || strcmp(json_string_value(own), id) != 0)
        case_mistake(&body->mistakes, "", "id", "is that of the address, \"%s\"; of POST /api/cases it "
            "is made here",
            id);
}

/* False: they can't be read now, and the request was answered. */
static bool case_body_check_files(struct case_body *body, const struct case_record *record)
{
    struct case_files files = {
        .only_heads = true, .ctx = body, .mistake = case_body_add_file};
    struct error err;

    if (record->caption_font && caption_check_font(record->caption_font, &err) < 0)
        case_mistake(&body->mistakes, "", "captionFont", "%s", err.text);
    if (media_open(body->request->server->config->media_root, NULL, &files.media, &err) < 0) {
        log_warning("the files of a case: %s", err.text);
        answer_problem(
            body->request, 503, "Retry-After: 5\r\n", "files can't be read at the moment");
        return false;
    }
    case_files_check(&files, record, "");
    case_files_end(&files);
    media_close(files.media);
    return true;
}

struct case_record *case_body_read(
    struct request *request, json_t *json, const char *id, const char *at)
{
    struct case_body body = {.request = request, .at = at, .errors = json_array()};
    struct case_record *record;
    bool is_good;

    body.mistakes = (struct case_mistakes){case_body_add, &body, 0};
    case_body_set_id(&body, json, id);
    record = case_from_json_all(json, &body.mistakes);
    is_good = case_body_check_files(&body, record);
    if (is_good && body.mistakes.n)
        case_body_refuse(&body);
    if (!is_good || body.mistakes.n) {
        case_free(record);
        record = NULL;
    }
    json_decref(body.errors);
    return record;
}
