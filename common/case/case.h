/* case.h - a case: the input of a video.  Plain records that belong to the caller; any thread.
 *
 * Cases come from import files, from a database that other programs may write, and from the input
 * of a job.  The same checks hold for all of them, so that the code behind can rely on them.  JSON
 * is the one written form: import files, GET /api/cases/{id}, and the input of a job.
 *
 * Room: a case: its fields, its checks, its JSON and its words.
 * May use: base.
 * Used by: cli, cli/film, fcgi/cases, fcgi/kind, sent, store/engine,
 *     store/postgres/cases, store/rows, store/sqlite/cases, video, video/deliver, video/draw, video/encode,
 *     video/film, video/language, video/picture, video/plan, video/text, video/voice. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "case/case_mistakes.h"
#include "case/case_record.h"

/* Free the record and its texts; NULL is allowed. */
void case_free(struct case_record *record);

const char *case_shape_name(enum case_shape shape); /* "16:9" */

/* Check every field against its limits, but open no file.  A case without scenes passes;
 * video_create() refuses it.  -ERR_INPUT holds the first mistake with its place
 * ("scenes[2].caption: …"). */
int case_check(const struct case_record *record, struct error *err);

/* --- case_json.c: the written form --- */

/* The JSON of a case, a new reference that the caller owns.  Fields with their default are left
 * out, except a few that are always written (case_fields.h). */
json_t *case_to_json(const struct case_record *record);

/* Read and check one case.  An unknown field is a mistake, so that a misspelt "captoin" is not
 * lost.  A missing field has its default (the title: the id), an empty text counts as missing.
 * `where` ("cases[0]", or "") starts the message.  -ERR_INPUT holds the first mistake.  The caller
 * frees `*ret_record`. */
int case_from_json(
    json_t *json, const char *where, struct case_record **ret_record, struct error *err);

/* The same, and all mistakes are reported.  Never NULL: after a mistake only further checks may use
 * the record.  The caller frees it. */
struct case_record *case_from_json_all(json_t *json, struct case_mistakes *mistakes);

/* Names what a case says: two cases with the same JSON have the same tag. */
enum { CASE_TAG_LEN = 32 };
void case_tag(const struct case_record *record, char ret_tag[static CASE_TAG_LEN + 1]);

struct case_list {
    int n;
    struct case_record **records;
};

/* Read {"cases": […]}, the file that `casecast import` takes.  -ERR_INPUT: `mistakes` got at least
 * one.  Then the list holds what could be read: only further checks may use it.  The caller frees
 * the list in both cases. */
int case_list_from_json(json_t *json, struct case_list *ret_list, struct case_mistakes *mistakes);
void case_list_free(struct case_list *list);
