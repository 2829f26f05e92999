/* cli_private.h - what the commands share. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "base/config.h"
#include "base/error.h"
#include "base/map.h"
#include "store/store.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *arguments; /* as usage shows them */
    const char *summary;   /* one line */
    const char *help;      /* what --help adds; lines end with \n */
    int (*run)(const struct command *command, const struct config *config, int argc, char **argv);
};

extern const struct command command_cancel, command_create, command_import, command_cases,
    command_jobs, command_init, command_check;

/* "casecast: …" on stderr; returns EXIT_FAILED. */
int cli_fail(const struct error *err);
/* The same for a wrong command line, with the command's usage; returns EXIT_USAGE. */
int cli_misused(const struct command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Opens the database for a command that reads this part of it, and changes nothing. */
int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err);

/* Columns that `text` takes on a terminal. */
int cli_width(const char *text);

/* Reads one case; `id` as somebody typed it. */
int cli_load_case(const struct config *config, const char *id, struct case_record **ret_record,
    struct error *err);

/* --- files.c: what cases name beneath the media root --- */

struct files {
    int root_fd;
    void *ctx;
    void (*mistake)(void *ctx, const char *place, const char *field, const char *text);
    void (*warning)(
        void *ctx, const char *place, const char *name, const char *text); /* NULL: not told */
    struct map seen; /* files.c's, by name; files_end() frees it */
};

/* Each file that `record` names is read and tried: `mistake` for each that no job could use,
 * `warning` for what is wrong with one and does no harm.  `place` stands before "scenes[0]". */
void files_check(struct files *files, const struct case_record *record, const char *place);
void files_end(struct files *files);

/* --- table.c: columns that stand in line --- */

enum { TABLE_COLUMNS = 6 };

struct table {
    int n_columns, n_rows;
    char **cells; /* n_rows × n_columns */
};

/* Copies the cells; control characters become '?'. */
void table_add(struct table *table, const char *const *cells, int n_columns);
void table_print(const struct table *table, FILE *out);
void table_free(struct table *table);

/* --- bar.c: progress in one line --- */

struct video_progress;

/* "12 %  encoding  31.2 fps  0:12 left" */
void bar_words(const struct video_progress *progress, char *ret_line, size_t size);
/* The same behind a bar that fills a terminal of `columns`; the bar goes first where there is no
 * room. */
void bar_line(const struct video_progress *progress, int columns, char *ret_line, size_t size);
