/* case.c - the record, and the limits that hold wherever a case comes from. */
#include "case/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "case/case_fields.h"

static void free_texts(void *record, const struct case_field *fields)
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
        free_texts(&record->scenes[i], scene_fields);
    free_texts(record, case_fields);
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

/* The longer side of each shape, as a share of the shorter one. */
void case_frame_size(const struct case_record *record, int *ret_width, int *ret_height)
{
    static const struct {
        int width, height;
    } shares[] = {[CASE_LANDSCAPE] = {16, 9},
        [CASE_PORTRAIT] = {9, 16},
        [CASE_SQUARE] = {1, 1},
        [CASE_UPRIGHT] = {4, 5}};
    int width = shares[record->shape].width, height = shares[record->shape].height;
    int shorter = width < height ? width : height;

    *ret_width = record->lines * width / shorter & ~1;
    *ret_height = record->lines * height / shorter & ~1;
}

int case_id_check(const char *id, struct error *err)
{
    if (text_is_name(id) && strlen(id) <= CASE_ID_MAX)
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.64s%s\" must be 1 to %d of the characters A-Z a-z 0-9 _ -", id,
        strlen(id) > 64 ? "…" : "", CASE_ID_MAX);
}

void case_mistake(
    struct case_mistakes *mistakes, const char *where, const char *field, const char *fmt, ...)
{
    char reason[400];
    struct error err;
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    text_one_line(reason);
    error_set(&err, ERR_INPUT, "%s%s%s%s%s", where, *where && *field ? "." : "", field,
        *where || *field ? ": " : "", reason);
    mistakes->n++;
    mistakes->tell(mistakes->ctx, err.text);
}

void case_keep_first(void *ctx, const char *text)
{
    struct error *err = ctx;

    if (!err->text[0])
        error_set(err, ERR_INPUT, "%s", text);
}

static void check_fields(const void *record, const struct case_field *fields, const char *where,
    struct case_mistakes *mistakes)
{
    for (const struct case_field *field = fields; field->name; field++)
        case_check_field(record, field, where, mistakes);
}

int case_check(const struct case_record *record, struct error *err)
{
    struct error first = {0};
    struct case_mistakes mistakes = {case_keep_first, &first, 0};

    check_fields(record, case_fields, "", &mistakes);
    if (record->n_scenes > CASE_SCENES_MAX)
        case_mistake(
            &mistakes, "", "scenes", "are more than the %d a case may have", CASE_SCENES_MAX);
    for (int i = 0; i < record->n_scenes && !mistakes.n; i++) {
        char place[32];

        snprintf(place, sizeof place, "scenes[%d]", i);
        check_fields(&record->scenes[i], scene_fields, place, &mistakes);
        case_check_scene(&record->scenes[i], place, &mistakes);
    }
    if (!mistakes.n)
        case_check_words(record, "", &mistakes);
    if (!mistakes.n)
        case_check_length(record, "", &mistakes);
    return mistakes.n ? error_set(err, ERR_INPUT, "%s", first.text) : 0;
}
