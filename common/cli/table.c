/* table.c - aligned columns, also with characters that are two terminal columns wide or none. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cli_private.h"

void table_add(struct table *table, const char *const *cells, int n_columns)
{
    size_t at = (size_t)table->n_rows * (size_t)n_columns;

    table->n_columns = n_columns;
    table->n_rows++;
    table->cells = mem_grow(table->cells, at + (size_t)n_columns, sizeof *table->cells);
    for (int i = 0; i < n_columns; i++) {
        table->cells[at + (size_t)i] = mem_copy(cells[i] ? cells[i] : "");
        text_one_line(table->cells[at + (size_t)i]);
    }
}

static const char *table_cell(const struct table *table, int row, int column)
{
    return table->cells[row * table->n_columns + column];
}

static int table_column_width(const struct table *table, int column)
{
    int most = 0;

    for (int row = 0; row < table->n_rows; row++) {
        int width = cli_width(table_cell(table, row, column));

        most = width > most ? width : most;
    }
    return most;
}

void table_print(const struct table *table, FILE *out)
{
    int widths[TABLE_COLUMNS];

    for (int column = 0; column < table->n_columns; column++)
        widths[column] = table_column_width(table, column);
    for (int row = 0; row < table->n_rows; row++) {
        int owed =
            0; /* blanks before the next cell that is not empty, so that no line ends in blanks */

        for (int column = 0; column < table->n_columns; column++) {
            const char *text = table_cell(table, row, column);

            if (*text)
                fprintf(out, "%*s%s", owed, "", text);
            owed = (*text ? 0 : owed) + widths[column] + 2 - cli_width(text);
        }
        fputc('\n', out);
    }
}

void table_free(struct table *table)
{
    for (int i = 0; i < table->n_rows * table->n_columns; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

int table_show(struct table *table, int rc, const char *nothing, const struct error *err)
{
    if (rc >= 0 && table->n_rows > 1)
        table_print(table, stdout);
    else if (rc >= 0)
        puts(nothing);
    table_free(table);
    return rc < 0 ? cli_fail(err) : EXIT_DONE;
}
