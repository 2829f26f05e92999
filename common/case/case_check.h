/* case_check.h - checks the fields of a record against their limits.  Any thread.
 *
 * Each function reports what it finds to `mistakes`.  `where` names the record
 * ("cases[0].scenes[2]",
 * "" for none) and stands in front of the field's name. */
#pragma once

#include "case/case_fields.h"
#include "case/case_mistakes.h"
#include "case/case_record.h"

/* One field by itself.  `record` is a case or a scene, as the field's table is. */
void case_check_field(const void *record, const struct case_field *field, const char *where,
    struct case_mistakes *mistakes);

/* Fields of a scene that depend on each other: a focus has both coordinates. */
void case_check_scene(const struct scene *scene, const char *where, struct case_mistakes *mistakes);

/* The sum of the scenes' `seconds`. */
void case_check_length(
    const struct case_record *record, const char *where, struct case_mistakes *mistakes);
