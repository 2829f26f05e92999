/* options.h - the options of a command: a table says what it takes, and its help is made from it.
 * Main thread. */
#pragma once

#include "cli/command/command.h"

struct option_row {
    char letter;          /* 'n' for -n; 0: it has none */
    const char *name;     /* "count" for --count; NULL in the last row of a table */
    const char *argument; /* "COUNT"; NULL: it takes none */
    const char *help;     /* what it does, one line */
    const char *choices;  /* "queued running": all words the argument may be; NULL: others, too */
};

enum { OPTIONS_MAX = 8 /* rows */ };

/* What every command takes, in the order of options_common. */
enum common_option { COMMON_DB, COMMON_JSON, COMMON_QUIET, COMMON_COLOR, N_COMMON };
extern const struct option_row options_common[];

struct options {
    const char *values[OPTIONS_MAX]; /* by row; NULL: not given; "" where no argument is taken */
    const char *common[N_COMMON];
    char **rest; /* what is no option, in order */
    int n_rest;
};

/* Reads what stands before the command: options_common, and what is none of them stays.  Returns
 * the number of words read; negative: the mistake was told. */
int options_read_common(int argc, char **argv, struct options *ret_options);

/* Reads what the command's table and options_common have: -n 3, -n3, --count 3, --count=3; after --
 * nothing is an option.  Options may stand behind other arguments, which are moved to the end of
 * `argv`. `options` holds what was read before.  False: the mistake was told. */
bool options_read(const struct command *command, int argc, char **argv, struct options *options);

/* Does the text say one of the row's choices?  False: the mistake was told. */
bool options_check_choice(
    const struct command *command, const struct option_row *row, const char *given);

/* "-n, --count COUNT", in `size` bytes at most. */
void options_format(const struct option_row *row, char *text, size_t size);

/* The lines of the help. */
void options_print(const struct option_row *rows, FILE *out);
