/* cli_private.h - what the commands share.  Main thread. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "base/config.h"
#include "base/error.h"
#include "base/map.h"
#include "store/store.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options;

struct command {
    const char *name;
    const char *arguments; /* what it takes beside its options: "FILE…", "[CASE]"; "": nothing */
    const char *summary;   /* one line */
    const char *help;      /* more lines for --help, each with \n */
    /* NULL: the caller of cli_run() runs it. */
    int (*run)(
        const struct command *command, const struct config *config, const struct options *given);
    const struct option_row *options; /* NULL: none */
};

extern const struct command command_cancel, command_create, command_import, command_cases,
    command_hooks, command_jobs, command_machines, command_init, command_check, command_prune,
    command_rm, command_config, command_schema, command_serve;

/* --- commands.c: the table --- */

enum { CLI_COMMANDS = 14 };

/* All commands in the order of the help; NULL stands behind the last. */
extern const struct command *const cli_commands[CLI_COMMANDS + 1];

/* In the order of the options of serve. */
enum serve_option { SERVE_LISTEN };

/* The command of this name; NULL: there is none. */
const struct command *cli_find_command(const char *name);

/* --- command.c: what the commands share --- */

/* "casecast jobs [OPTION…]", in `size` bytes at most. */
void cli_format_usage(const struct command *command, char *text, size_t size);

/* Print "casecast: TEXT" on stderr.  Returns EXIT_FAILED. */
int cli_fail(const struct error *err);

/* The same for a wrong command line, with the usage of the command.  Returns EXIT_USAGE. */
int cli_misused(const struct command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* EXIT_DONE if `given` holds nothing but options, else the same as cli_misused(). */
int cli_only_options(const struct command *command, const struct options *given);

/* Open the database to read one part of it; no byte of it changes.  -ERR_INPUT: there is no
 * database, or the part is missing.  The caller closes `*ret_store`. */
int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err);

/* The columns of a terminal that `text` (UTF-8) takes. */
int cli_width(const char *text);

/* "12 s", "3 h". */
void cli_format_span(int64_t ms, char *text, size_t size);

/* Read the case `id`, which a user typed.  -ERR_INPUT: it is no id, there is no such case, or it
 * has mistakes.  The caller frees `*ret_record`. */
int cli_load_case(const struct config *config, const char *id, struct case_record **ret_record,
    struct error *err);

/* --- files.c: the files of cases --- */

struct files {
    int root_fd; /* the media root, which the caller opens and closes */
    void *ctx;
    void (*mistake)(void *ctx, const char *place, const char *field, const char *text);
    void (*warning)(
        void *ctx, const char *place, const char *name, const char *text); /* NULL: not wanted */
    struct map checked; /* pictures by name; freed by files_end() */
};

/* Read each file that `record` names as a job would.  Calls `mistake` for a file that a job could
 * not use, and `warning` for a fault of a file that it can use.  `place` stands before "scenes[0]".
 */
void files_check(struct files *files, const struct case_record *record, const char *place);
void files_end(struct files *files);

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
void table_print(const struct table *table, FILE *out);
/* Prints the rows on stdout, or `nothing` if there are none; or fails with `err` if `rc` is
 * negative.  Frees the table.  Returns the exit status. */
int table_show(struct table *table, int rc, const char *nothing, const struct error *err);
void table_free(struct table *table);

/* --- completion.c, manual.c: the tables for other programs --- */

/* Print the completions for `shell`: bash, zsh or fish.  Returns the exit status. */
int completion_print(const char *shell);

/* Print the manual page of the command `name` as scdoc(1) reads it; NULL: of casecast itself.
 * Returns the exit status. */
int manual_print(const char *name);

/* --- bar.c: progress in one line --- */

struct video_progress;

/* "12 %  encoding  31.2 fps  0:12 left", in `size` bytes at most. */
void bar_words(const struct video_progress *progress, char *ret_line, size_t size);

/* The same after a bar that fills a terminal of `columns`; without the bar if it is too narrow. */
void bar_line(const struct video_progress *progress, int columns, char *ret_line, size_t size);
