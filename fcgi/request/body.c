/* body.c - see body.h. */
#include "request/body.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "request/answer.h"

static bool body_is_json(const char *type)
{
    size_t len = strlen("application/json");

    return strncasecmp(type, "application/json", len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

/* At most BODY_MAX + 1 bytes: the last one shows that the body is too long. */
static size_t body_read(struct request *request, char *body)
{
    int len = FCGX_GetStr(body, BODY_MAX + 1, request->fcgx->in);

    return len > 0 ? (size_t)len : 0;
}

static json_t *body_parse(struct request *request, const char *body, size_t len)
{
    json_error_t where;
    json_t *json = json_loadb(body, len, JSON_REJECT_DUPLICATES, &where);

    if (!json) {
        char *detail = mem_format(
            "the body is not JSON: line %d, column %d: %s", where.line, where.column, where.text);

        text_one_line(detail);
        answer_problem(request, 400, "", detail);
        free(detail);
    }
    return json;
}

json_t *body_json(struct request *request)
{
    long long announced;
    json_t *json = NULL;
    char *body;
    size_t len;

    if (!body_is_json(request_param(request, "CONTENT_TYPE"))) {
        answer_problem(request, 415, "", "the body must be sent as Content-Type: application/json");
        return NULL;
    }
    if (*request_param(request, "CONTENT_LENGTH") &&
        !text_number(request_param(request, "CONTENT_LENGTH"), 0, BODY_MAX, &announced)) {
        answer_problem(request, 413, "", "the body may be at most 1 MiB long");
        return NULL;
    }
    body = mem_zero(BODY_MAX + 1, 1);
    len = body_read(request, body);
    if (len > BODY_MAX)
        answer_problem(request, 413, "", "the body may be at most 1 MiB long");
    else
        json = body_parse(request, body, len);
    free(body);
    return json;
}
