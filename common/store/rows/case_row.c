/* case_row.c - see case_row.h. */
#include "store/rows/case_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "case/case_check.h"
#include "case/case_words.h"

static const struct case_field *const id_field = &case_fields[CASE_FIELD_ID];

/* The digits of "7.0", in place. */
static void cell_cut_to_id(char *id)
{
    size_t n = id ? strspn(id, "0123456789") : 0;

    if (n > 0 && strcmp(id + n, ".0") == 0)
        id[n] = '\0';
}

bool cell_is_blank(const struct cell *cell)
{
    size_t len = cell->len;

    if (cell->kind == CELL_TEXT)
        text_trim(cell->text, &len);
    return len == 0;
}

int cell_check(const struct cell *cell, const char *column, const char *wanted, struct error *err)
{
    if (cell->kind == CELL_OTHER)
        return error_set(err, ERR_INPUT, "%s: must be %s, is %s", column, wanted, cell->what);
    if (memchr(cell->text, '\0', cell->len))
        return error_set(err, ERR_INPUT, "%s: holds a NUL byte", column);
    return 0;
}

static const char *cell_kind_for(const struct case_field *field)
{
    if (field->kind == CASE_SWITCH)
        return "true or false";
    return field->kind == CASE_NUMBER || field->is_number ? "a number" : "text";
}

/* White space around a name or a title is never meant.  In a path or an id it may be, and around
 * lines it does no harm. */
static bool cell_is_trimmed(const struct case_field *field)
{
    return field->kind == CASE_TEXT && !field->has_lines && !field->is_required;
}

/* A number becomes what a person would write: 2024.0 is "2024". */
static char *cell_copy_text(const struct case_field *field, const struct cell *cell)
{
    const char *text = cell->text;
    size_t len = cell->len;

    if (cell->kind == CELL_REAL)
        return mem_format("%.15g", cell->number);
    if (cell_is_trimmed(field))
        text = text_trim(text, &len);
    return case_text_copy(text, len);
}

static int cell_read_text(
    const struct cell *cell, const struct case_field *field, char **ret_text, struct error *err)
{
    /* A code point has at most 4 bytes: whatever is longer need not be copied to be refused. */
    if (cell->len > 4 * (size_t)field->most)
        return error_set(err, ERR_INPUT, "%s: is %s%zu bytes long, at most %d %s are allowed",
            field->column, cell->is_cut ? "at least " : "", cell->len, field->most,
            field->kind == CASE_PATH ? "bytes" : "characters");
    *ret_text = cell_copy_text(field, cell);
    if (field == id_field)
        cell_cut_to_id(*ret_text);
    return 0;
}

static int cell_read_value(
    const struct cell *cell, const struct case_field *field, void *record, struct error *err)
{
    bool is_number = cell->kind == CELL_WHOLE || cell->kind == CELL_REAL ||
                     (cell->kind == CELL_SWITCH && field->kind == CASE_SWITCH);
    int rc = is_number ? case_set_number(record, field, cell->number, err)
                       : case_set_words(record, field, cell->text, cell->len, err);

    if (rc < 0 && err)
        error_where(err, "%s: ", field->column);
    return rc;
}

static int cell_read_field(
    const struct cell *cell, const struct case_field *field, void *record, struct error *err)
{
    if (cell_is_blank(cell))
        return 0;
    if (cell_check(cell, field->column, cell_kind_for(field), err) < 0)
        return -ERR_INPUT;
    return case_is_text(field) ? cell_read_text(cell, field, case_text_at(record, field), err)
                               : cell_read_value(cell, field, record, err);
}

int case_row_read(void *record, const struct case_field *fields,
    struct cell (*cell_at)(void *row, int column), void *row, struct error *err)
{
    int rc = 0;

    case_fields_init(record, fields);
    for (int i = 0; rc == 0 && fields[i].name; i++) {
        struct cell cell = cell_at(row, i);

        rc = cell_read_field(&cell, &fields[i], record, err);
    }
    return rc;
}

static char *cell_words(const struct cell *cell, const struct case_field *field)
{
    char *words = NULL;

    if (!cell_is_blank(cell) && cell_check(cell, field->column, "text", NULL) == 0)
        cell_read_text(cell, field, &words, NULL);
    return words;
}

char *cell_id(const struct cell *cell)
{
    return cell_words(cell, id_field);
}

char *cell_caption(const struct cell *cell)
{
    return cell_words(cell, &scene_fields[SCENE_FIELD_CAPTION]);
}

/* One bad row must not hide the others: the case itself says what is wrong with it. */
bool case_row_summarize(struct case_record *record, struct cell (*cell_at)(void *row, int column),
    void *row, struct case_summary *ret_summary)
{
    case_row_read(record, case_fields, cell_at, row, NULL);
    case_derive(record);
    if (!record->id || case_id_check(record->id, NULL) < 0)
        return false;
    text_one_line(record->title);
    text_one_line(record->language);
    *ret_summary = (struct case_summary){.id = record->id,
        .title = record->title,
        .language = record->language,
        .shape = record->shape};
    return true;
}
