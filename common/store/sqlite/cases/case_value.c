/* case_value.c - values of a row as values of a case. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "case/case_words.h"
#include "store/sqlite/cases/cases_private.h"

const struct value *id_forms(struct id_forms *forms, const char *id)
{
    long long number = 0;
    bool is_number = text_number(id, 0, INT64_MAX, &number) && (*id != '0' || !id[1]);

    snprintf(forms->real, sizeof forms->real, "%s.0", id);
    forms->values[0] = value_text(id);
    forms->values[1] = is_number ? value_number(number) : value_text(NULL);
    forms->values[2] = value_text(is_number ? forms->real : NULL);
    forms->values[3].kind = VALUE_END;
    return forms->values;
}

static const struct case_field *const id_field = &case_fields[0];

/* The digits of "7.0", in place. */
static void cell_cut_to_id(char *id)
{
    size_t n = id ? strspn(id, "0123456789") : 0;

    if (n > 0 && strcmp(id + n, ".0") == 0)
        id[n] = '\0';
}

/* --- values --- */

/* The type is read first, as reading the value converts it. */
struct cell cell_of(sqlite3_stmt *row, int column)
{
    struct cell cell = {.type = sqlite3_column_type(row, column), .text = ""};

    if (cell.type == SQLITE_INTEGER || cell.type == SQLITE_FLOAT)
        cell.number = sqlite3_column_double(row, column);
    if (cell.type != SQLITE_BLOB && column_text(row, column))
        cell.text = column_text(row, column);
    cell.len = (size_t)sqlite3_column_bytes(row, column);
    return cell;
}

bool cell_is_blank(const struct cell *cell)
{
    size_t len = cell->len;

    if (cell->type == SQLITE_TEXT)
        text_trim(cell->text, &len);
    return len == 0;
}

int cell_check(const struct cell *cell, const char *column, const char *wanted, struct error *err)
{
    if (cell->type == SQLITE_BLOB)
        return error_set(err, ERR_INPUT, "%s: must be %s, is a blob", column, wanted);
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

    if (cell->type == SQLITE_FLOAT)
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
        return error_set(err, ERR_INPUT, "%s: is %zu bytes long, at most %d %s are allowed",
            field->column, cell->len, field->most,
            field->kind == CASE_PATH ? "bytes" : "characters");
    *ret_text = cell_copy_text(field, cell);
    if (field == id_field)
        cell_cut_to_id(*ret_text);
    return 0;
}

static int cell_read_value(
    const struct cell *cell, const struct case_field *field, void *record, struct error *err)
{
    int rc = cell->type == SQLITE_TEXT ? case_set_words(record, field, cell->text, cell->len, err)
                                       : case_set_number(record, field, cell->number, err);

    if (rc < 0 && err)
        error_where(err, "%s: ", field->column);
    return rc;
}

static int cell_read_field(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    struct cell cell = cell_of(row, column);

    if (cell_is_blank(&cell))
        return 0;
    if (cell_check(&cell, field->column, cell_kind_for(field), err) < 0)
        return -ERR_INPUT;
    return case_is_text(field) ? cell_read_text(&cell, field, case_text_at(record, field), err)
                               : cell_read_value(&cell, field, record, err);
}

int case_fields_read(
    sqlite3_stmt *row, void *record, const struct case_field *fields, struct error *err)
{
    int rc = 0;

    case_fields_init(record, fields);
    for (int i = 0; rc == 0 && fields[i].name; i++)
        rc = cell_read_field(row, i, &fields[i], record, err);
    return rc;
}

char *cell_id(const struct cell *cell)
{
    char *id = NULL;

    if (!cell_is_blank(cell) && cell_check(cell, "case_id", "text", NULL) == 0)
        cell_read_text(cell, id_field, &id, NULL);
    return id;
}
