/* term.h - how the commands print: lines, tables, a bar, colours, and JSON in their place.  Main
 * thread, except where noted.
 *
 * Room: tables, bars, colours and lines of JSON.
 * May use: base.
 * Used by: cli/command, cli/film. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* --- term.c: what holds for the whole command --- */

enum term_color { TERM_AUTO, TERM_ALWAYS, TERM_NEVER };

struct term_mode {
    bool json;  /* one JSON object a line in place of tables, lines and bars */
    bool quiet; /* what was not asked for is left out: progress, and what was done */
    enum term_color color;
};

void term_set(const struct term_mode *mode);
bool term_is_json(void);
bool term_is_quiet(void);

/* Prints one line on stdout about what was done; nothing with --quiet or --json. */
void term_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints the object in one line on stdout, at once, and takes over the reference. */
void term_print_json(json_t *json);

/* The columns of the terminal at `out`; 0: it is no terminal, and lines may be of any length.  Any
 * thread. */
int term_columns(FILE *out);
/* Can lines of the terminal at `out` be written over? */
bool term_is_live(FILE *out);

enum term_style { TERM_PLAIN, TERM_HEAD, TERM_GOOD, TERM_WARNING, TERM_BAD, TERM_FAINT };

/* What stands before a styled text, and behind it; "" where `out` shows no colours. */
const char *term_on(FILE *out, enum term_style style);
const char *term_off(FILE *out, enum term_style style);

/* The columns of a terminal that `text` (UTF-8) takes.  Any thread. */
int term_width(const char *text);
/* The bytes of `text` that take at most `columns`: whole characters. */
size_t term_fit(const char *text, int columns);

/* --- table.c: aligned columns --- */

enum { TABLE_COLUMNS = 6 };

struct table {
    int n_columns, n_rows;
    char **cells; /* n_rows × n_columns */
};

/* Add a row of `n_columns` cells (NULL: empty), which are copied; control characters become '?'.
 * The first row is the head, and all rows have the same number of columns, at most TABLE_COLUMNS.
 */
void table_add(struct table *table, const char *const *cells, int n_columns);
/* Lines of at most `columns` columns (0: of any length).  A last column that is too wide goes on in
 * the next line; where the others don't fit either, each row is printed cell below cell. */
void table_print(const struct table *table, int columns, FILE *out);
void table_free(struct table *table);

/* --- bar.c: progress in one line.  Any thread --- */

struct bar_progress {
    const char *stage; /* "encoding"; "": it has none */
    double percent;
    double fps;        /* 0: not known */
    int64_t left_ms;   /* -1: not known */
    const char *scene; /* what is made now; "": not known */
};

/* "12 %  encoding  31.2 fps  0:12 left", in `size` bytes at most. */
void bar_words(const struct bar_progress *progress, char *ret_line, size_t size);

/* The same after a bar and before the name of the scene, as far as a terminal of `columns` has
 * room. */
void bar_line(const struct bar_progress *progress, int columns, char *ret_line, size_t size);

/* --- meter.c: progress on stderr while it goes on, or as JSON on stdout.  One thread at a time ---
 */

struct meter {
    bool is_live; /* one line that is written over; else a line every ten percent */
    int percent;  /* that was shown last; -1: none */
    char stage[32], scene[200];
};

void meter_start(struct meter *meter);
/* The scene that is made now: its number from 1, of how many, and its name, or NULL. */
void meter_set_scene(struct meter *meter, int number, int n, const char *name);
void meter_show(struct meter *meter, const struct bar_progress *progress);
void meter_end(struct meter *meter); /* takes the line away */
