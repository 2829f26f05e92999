/* case_value.c - values of PostgreSQL as cells.  A result holds them as text; the column's type
 * says what the text is. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/postgres/cases/cases_private.h"

/* The OIDs of built-in types are the same in every PostgreSQL (its catalog/pg_type.dat). */
enum {
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_UUID = 2950,
};

void pg_row_end(struct pg_row *row)
{
    free(row->unquoted);
    row->unquoted = NULL;
}

/* 2024.00 of a numeric(6, 2) is 2024 to a person. */
static size_t value_cut_fraction(const char *text, size_t len)
{
    const char *point = memchr(text, '.', len);

    if (!point)
        return len;
    while (text[len - 1] == '0')
        len--;
    return text + len - 1 == point ? len - 1 : len;
}

static struct cell value_number(const char *text, size_t len)
{
    struct cell cell = {.kind = CELL_WHOLE, .text = text, .len = len};

    if (text_real(text, &cell.number))
        cell.len = value_cut_fraction(text, len);
    else
        cell.kind = CELL_TEXT; /* NaN, Infinity, $2.00 of the type money */
    return cell;
}

/* What a JSON value says: the words of a string, a number, true or false.  An object or a list says
 * nothing that a field takes. */
static struct cell value_json(struct pg_row *row, const char *text, size_t len)
{
    json_t *value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct cell cell = {
        .kind = CELL_OTHER, .text = "", .len = len, .what = "a JSON object or array"};

    pg_row_end(row);
    if (json_is_string(value)) {
        row->unquoted = mem_copy_n(json_string_value(value), json_string_length(value));
        cell = (struct cell){
            .kind = CELL_TEXT, .text = row->unquoted, .len = json_string_length(value)};
    } else if (json_is_number(value)) {
        cell = value_number(text, len);
    } else if (json_is_boolean(value)) {
        cell = (struct cell){
            .kind = CELL_SWITCH, .number = json_is_true(value), .text = text, .len = len};
    } else if (json_is_null(value)) {
        cell = (struct cell){.kind = CELL_NONE, .text = ""};
    }
    json_decref(value);
    return cell;
}

struct cell pg_cell_of(struct pg_row *row, int column, enum pg_kind kind)
{
    const char *text = PQgetvalue(row->result, row->at, column);
    size_t len = (size_t)PQgetlength(row->result, row->at, column);
    struct cell cell = {.kind = CELL_TEXT, .text = text, .len = len};

    if (PQgetisnull(row->result, row->at, column))
        return (struct cell){.kind = CELL_NONE, .text = ""};
    switch (kind) {
    case PG_NUMBER:
        return value_number(text, len);
    case PG_REAL:
        cell = value_number(text, len);
        cell.kind = cell.kind == CELL_WHOLE ? CELL_REAL : cell.kind;
        return cell;
    case PG_SWITCH:
        cell.kind = CELL_SWITCH;
        cell.number = *text == 't';
        cell.text = *text == 't' ? "true" : "false";
        cell.len = strlen(cell.text);
        return cell;
    case PG_JSON:
        return value_json(row, text, len);
    case PG_TEXT:
        break;
    }
    return cell;
}

/* JSON that was cut can't be parsed: it is a text that is too long. */
struct cell pg_cell_in(struct pg_row *row, int column, const struct pg_column *has)
{
    bool is_cut = PQgetlength(row->result, row->at, column) >= has->most;
    struct cell cell = pg_cell_of(row, column, is_cut ? PG_TEXT : has->kind);

    cell.is_cut = is_cut;
    return cell;
}

struct cell pg_cell(void *ctx, int column)
{
    struct pg_row *row = ctx;

    return pg_cell_in(row, column, &row->columns[column]);
}

/* --- ids --- */

static bool value_is_uuid(const char *id)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (strlen(id) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '-' ? id[i] != '-' : !strchr("0123456789abcdef", id[i]))
            return false;
    return true;
}

/* 01 is the same number as 1, but an id is a name. */
static bool value_is_whole(const char *id, long long most)
{
    long long number;

    return text_number(id, 0, most, &number) && (*id != '0' || !id[1]);
}

bool pg_id_fits(const struct pg_column *column, const char *id)
{
    switch (column->type) {
    case OID_INT2:
        return value_is_whole(id, INT16_MAX);
    case OID_INT4:
        return value_is_whole(id, INT32_MAX);
    case OID_INT8:
        return value_is_whole(id, INT64_MAX);
    case OID_UUID:
        return value_is_uuid(id);
    default:
        return column->kind == PG_TEXT || value_is_whole(id, INT64_MAX);
    }
}
