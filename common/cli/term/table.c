/* table.c - aligned columns, also with characters that are two terminal columns wide or none. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/term/term.h"

enum {
    GAP = 2,          /* columns between two cells */
    LAST_LEAST = 20,  /* columns for a last cell that goes on in further lines */
    INDENT = 2,       /* of a row that is printed cell below cell */
    VALUE_LEAST = 10, /* columns for its values; with less each gets a line of its own */
};

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
        int width = term_width(table_cell(table, row, column));

        most = width > most ? width : most;
    }
    return most;
}

/* --- words --- */

/* The words of a state have its colour wherever they stand alone in a cell. */
static enum term_style table_style(int row, const char *text)
{
    static const struct {
        const char *word;
        enum term_style style;
    } words[] = {{"done", TERM_GOOD}, {"failed", TERM_BAD}, {"canceled", TERM_WARNING},
        {"running", TERM_HEAD}, {"working", TERM_HEAD}, {"gone", TERM_BAD}, {"given up", TERM_BAD},
        {"ok", TERM_GOOD}, {"MISSING", TERM_BAD}, {"mistake", TERM_BAD}, {"warning", TERM_WARNING},
        {"note", TERM_WARNING}};

    if (row == 0)
        return TERM_HEAD;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].word) == 0)
            return words[i].style;
    return TERM_PLAIN;
}

static void table_put(FILE *out, enum term_style style, const char *text, size_t len)
{
    fprintf(out, "%s%.*s%s", term_on(out, style), (int)len, text, term_off(out, style));
}

/* The bytes of `text` for a line of `columns`: cut behind a word, or else in it. */
static size_t table_line(const char *text, int columns)
{
    size_t len = term_fit(text, columns > 0 ? columns : 1), word = len;

    if (!text[len])
        return len;
    while (word > 0 && text[word] != ' ')
        word--;
    if (word > 0)
        return word;
    return len > 0 ? len : strlen(text); /* a wide character in one column */
}

/* `text` in lines of `columns`, the further ones behind `indent` blanks. */
static void table_put_lines(
    FILE *out, enum term_style style, const char *text, int columns, int indent)
{
    for (;;) {
        size_t len = table_line(text, columns);

        table_put(out, style, text, len);
        text += len + strspn(text + len, " ");
        if (!*text)
            return;
        fprintf(out, "\n%*s", indent, "");
    }
}

/* --- lines --- */

/* `last`: the columns for the last cell. */
static void table_print_row(
    const struct table *table, int row, const int *widths, int last, FILE *out)
{
    int owed = 0,
        at = 0; /* blanks before the next cell that is not empty: no line ends in blanks */

    for (int column = 0; column < table->n_columns; column++) {
        const char *text = table_cell(table, row, column);
        enum term_style style = table_style(row, text);

        if (*text)
            fprintf(out, "%*s", owed, "");
        if (*text && column == table->n_columns - 1)
            table_put_lines(out, style, text, last, at);
        else if (*text)
            table_put(out, style, text, strlen(text));
        owed = (*text ? 0 : owed) + widths[column] + GAP - term_width(text);
        at += widths[column] + GAP;
    }
    fputc('\n', out);
}

/* --- cell below cell --- */

static void table_print_cell(
    const struct table *table, int row, int column, int label, int columns, FILE *out)
{
    const char *name = table_cell(table, 0, column), *text = table_cell(table, row, column);
    int room = columns - INDENT - label - GAP;

    fprintf(
        out, "%*s%s%s%s", INDENT, "", term_on(out, TERM_FAINT), name, term_off(out, TERM_FAINT));
    if (room >= VALUE_LEAST) {
        fprintf(out, "%*s", label - term_width(name) + GAP, "");
        table_put_lines(out, table_style(row, text), text, room, columns - room);
    } else {
        fprintf(out, "\n%*s", 2 * INDENT, "");
        table_put_lines(out, table_style(row, text), text, columns - 2 * INDENT, 2 * INDENT);
    }
    fputc('\n', out);
}

static void table_print_below(const struct table *table, int columns, FILE *out)
{
    int label = 0;

    for (int column = 1; column < table->n_columns; column++) {
        int width = term_width(table_cell(table, 0, column));

        label = width > label ? width : label;
    }
    for (int row = 1; row < table->n_rows; row++) {
        const char *first = table_cell(table, row, 0);

        table_put(out, TERM_HEAD, first, strlen(first)); /* whole, as it may be copied */
        fputc('\n', out);
        for (int column = 1; column < table->n_columns; column++)
            if (*table_cell(table, row, column))
                table_print_cell(table, row, column, label, columns, out);
    }
}

/* --- all --- */

void table_print(const struct table *table, int columns, FILE *out)
{
    int widths[TABLE_COLUMNS], before = 0, last;

    for (int column = 0; column < table->n_columns; column++) {
        widths[column] = table_column_width(table, column);
        before += column < table->n_columns - 1 ? widths[column] + GAP : 0;
    }
    last = columns ? columns - before : widths[table->n_columns - 1];
    if (last < widths[table->n_columns - 1] && last < LAST_LEAST) {
        table_print_below(table, columns, out);
        return;
    }
    for (int row = 0; row < table->n_rows; row++)
        table_print_row(table, row, widths, last, out);
}

void table_free(struct table *table)
{
    for (int i = 0; i < table->n_rows * table->n_columns; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}
