/* case_job.c - see case_job.h. */
#include "cases/case_job.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "cases/case_body.h"
#include "keys/editor.h"
#include "kind/kind_video.h"

enum { NAME_DIGITS = 24 /* of the digest: 96 bits */ };

/* The id in the body is dropped: another case may have it here. */
static void case_job_set_id(json_t *json)
{
    char hex[DIGEST_HEX_LEN + 1], id[sizeof KIND_VIDEO_BROUGHT + NAME_DIGITS], *text;
    struct digest digest;

    json_object_del(json, "id");
    json_object_del(json, "$schema");
    text = mem_there(json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS));
    digest_start(&digest);
    digest_add_text(&digest, text);
    digest_hex(&digest, hex);
    free(text);
    snprintf(id, sizeof id, KIND_VIDEO_BROUGHT "%.*s", NAME_DIGITS, hex);
    json_object_set_new(json, "id", json_string(id));
}

static bool case_job_read(
    struct request *request, json_t *json, char **ret_subject, char **ret_input)
{
    struct case_record *record;
    json_t *written;

    if (!editor_admit(request))
        return false;
    if (json_is_object(json))
        case_job_set_id(json);
    record = case_body_read(request, json, NULL, "/case");
    if (!record)
        return false;
    written = case_to_json(record);
    *ret_subject = mem_copy(record->id);
    *ret_input = mem_there(json_dumps(written, JSON_COMPACT));
    json_decref(written);
    case_free(record);
    return true;
}

const struct jobs_brought case_brought = {
    .member = "case", .kind = &kind_video, .read = case_job_read};
