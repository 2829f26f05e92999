/* case_value.c - values of a row as values of a case. */
#include <stdio.h>

#include "base/text.h"
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

/* The type is read first, as reading the value converts it. */
struct cell sqlite_cell(void *ctx, int column)
{
    sqlite3_stmt *row = ctx;
    struct cell cell = {.text = ""};

    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        return cell;
    case SQLITE_BLOB:
        cell.kind = CELL_OTHER;
        cell.what = "a blob";
        break;
    case SQLITE_TEXT:
        cell.kind = CELL_TEXT;
        break;
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        cell.kind = sqlite3_column_type(row, column) == SQLITE_FLOAT ? CELL_REAL : CELL_WHOLE;
        cell.number = sqlite3_column_double(row, column);
        break;
    }
    if (cell.kind != CELL_OTHER && column_text(row, column))
        cell.text = column_text(row, column);
    cell.len = (size_t)sqlite3_column_bytes(row, column);
    return cell;
}
