/* case.h - a case: what a video is made of.  A plain record, owned by whoever got it; any thread.
 *
 * The same checks stand at every door (import, a database somebody else fills, the request of a
 * job), so what is behind them can rely on them.  JSON is the one written form: import files, GET
 * /api/cases/{id} and the snapshot that a job keeps of its case.
 *
 * Room: a case: its fields, its checks, its JSON and its words.
 * May use: base.
 * Used by: fcgi/kind, store, video, video/deliver, video/draw, video/encode, video/film,
 *     video/language, video/picture, video/plan, video/text, video/voice. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "case/case_mistakes.h"
#include "case/case_record.h"

void case_free(struct case_record *record); /* takes NULL */

const char *case_shape_name(enum case_shape shape); /* "16:9" */

/* Every field against its limits; "scenes[2].caption: …" names the place.  Says nothing about
 * files.  A case without scenes passes: it is a case nobody can make a video of yet, and
 * video_create() says so. */
int case_check(const struct case_record *record, struct error *err);

/* --- case_json.c: the written form --- */

/* A new reference for the caller. */
json_t *case_to_json(const struct case_record *record);

/* Reads one case, and checks it.  Unknown fields are mistakes too (a misspelt "captoin" must not
 * vanish). `where` starts every message ("cases[0]", or "" for none).  What is left out is as usual
 * (the title: the id); an empty text is none.  The caller frees `*ret_record`. */
int case_from_json(
    json_t *json, const char *where, struct case_record **ret_record, struct error *err);

struct case_list {
    int n;
    struct case_record **records;
};

/* Reads {"cases": […]}, what `casecast import` takes.  -ERR_INPUT: there were mistakes; the list
 * holds what could be read, in which only further mistakes may be looked for.  The caller frees it.
 */
int case_list_from_json(json_t *json, struct case_list *ret_list, struct case_mistakes *mistakes);
void case_list_free(struct case_list *list);
