/* command.h - a command, and what all of them share: messages, the database, a case of it.  Main
 * thread.
 *
 * Room: what commands share: their options, their messages, their way to the database.
 * May use: base, cli/term, store.
 * Used by: cli, cli/create, cli/jobs, fcgi/maker. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "base/config.h"
#include "base/error.h"
#include "cli/term/status.h"
#include "cli/term/term.h"
#include "store/store.h"

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

/* "casecast jobs [OPTION…]", in `size` bytes at most. */
void cli_format_usage(const struct command *command, char *text, size_t size);

/* Print "casecast: TEXT" on stderr.  Returns the exit status that belongs to the code. */
int cli_fail(const struct error *err);

/* The same for a wrong command line, with the usage of the command (NULL: of casecast).  Returns
 * EXIT_USAGE. */
int cli_misused(const struct command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* EXIT_DONE if `given` holds nothing but options, else the same as cli_misused(). */
int cli_only_options(const struct command *command, const struct options *given);

/* Prints the rows on stdout, or `nothing` if there are none; or fails with `err` if `rc` is
 * negative.  Frees the table.  Returns the exit status. */
int cli_show_table(struct table *table, int rc, const char *nothing, const struct error *err);

/* Open the database to read one part of it; no byte of it changes.  -ERR_INPUT: there is no
 * database, or the part is missing.  The caller closes `*ret_store`. */
int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err);

/* "12 s", "3 h". */
void cli_format_span(int64_t ms, char *text, size_t size);

/* The job `id`, which a user typed.  The caller clears `*ret_job`. */
int cli_find_job(struct store *store, const char *id, struct job *ret_job, struct error *err);

/* Read the case `id`, which a user typed.  -ERR_INPUT: it is no id, or it has mistakes.  The caller
 * frees `*ret_record`. */
int cli_load_case(const struct config *config, const char *id, struct case_record **ret_record,
    struct error *err);
