/* case_fields.h - the text fields of a case and of a scene as tables, for those who walk through
 * them: the checks, the JSON form, the rows of a database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "case/case.h"

struct case_field {
    const char *name; /* in JSON and as a column; NULL ends a table */
    size_t offset;    /* of the char * in its struct */
    int most;         /* code points, or bytes of a path */
    bool is_path;
    bool has_lines; /* newline and tab are allowed */
    bool is_needed;
    int (*check)(const char *text, struct error *err); /* what else holds, or NULL */
};

extern const struct case_field case_fields[];  /* id, title, language */
extern const struct case_field scene_fields[]; /* image, caption, narration, audio, credit */

static inline char **case_field_at(const void *record, const struct case_field *field)
{
    return (char **)((char *)record + field->offset);
}

/* A copy as our records hold text: CR LF, which web forms write, becomes LF; an empty text is none
 * (NULL). */
char *case_text_copy(const char *text, size_t len);

/* What a case may leave out: title and language. */
void case_set_defaults(struct case_record *record);

/* The mistakes of one record's own fields.  Bit i of `skip`: field i is known to be wrong. */
void case_check_fields(const void *record, const struct case_field *fields, unsigned skip,
    const char *where, struct case_mistakes *mistakes);
void case_check_seconds(
    const struct scene *scene, const char *where, struct case_mistakes *mistakes);

/* A `tell` for those who want one error: `ctx` is an empty struct error. */
void case_keep_first(void *ctx, const char *text);
