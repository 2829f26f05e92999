/* case.c - frees a case, and checks all of it. */
#include "case/case.h"

#include <stdio.h>
#include <stdlib.h>

#include "case/case_check.h"
#include "case/case_fields.h"
#include "case/case_words.h"

static void case_free_texts(void *record, const struct case_field *fields)
{
    for (const struct case_field *field = fields; field->name; field++)
        if (case_is_text(field))
            free(*case_text_at(record, field));
}

void case_free(struct case_record *record)
{
    if (!record)
        return;
    for (int i = 0; i < record->n_scenes; i++)
        case_free_texts(&record->scenes[i], scene_fields);
    case_free_texts(record, case_fields);
    free(record->scenes);
    free(record);
}

void case_list_free(struct case_list *list)
{
    for (int i = 0; i < list->n; i++)
        case_free(list->records[i]);
    free(list->records);
    *list = (struct case_list){0};
}

const char *case_shape_name(enum case_shape shape)
{
    return case_shapes[shape].name;
}

static void case_check_fields(const void *record, const struct case_field *fields,
    const char *where, struct case_mistakes *mistakes)
{
    for (const struct case_field *field = fields; field->name; field++)
        case_check_field(record, field, where, mistakes);
}

int case_check(const struct case_record *record, struct error *err)
{
    struct error first = {0};
    struct case_mistakes mistakes = {case_mistakes_first, &first, 0};

    case_check_fields(record, case_fields, "", &mistakes);
    if (record->n_scenes > CASE_SCENES_MAX)
        case_mistake(
            &mistakes, "", "scenes", "are more than the %d that are allowed", CASE_SCENES_MAX);
    for (int i = 0; i < record->n_scenes && !mistakes.n; i++) {
        char place[32];

        snprintf(place, sizeof place, "scenes[%d]", i);
        case_check_fields(&record->scenes[i], scene_fields, place, &mistakes);
        case_check_scene(&record->scenes[i], place, &mistakes);
    }
    if (!mistakes.n)
        case_check_words(record, "", &mistakes);
    if (!mistakes.n)
        case_check_length(record, "", &mistakes);
    return mistakes.n ? error_set(err, ERR_INPUT, "%s", first.text) : 0;
}
