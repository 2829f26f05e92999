/* commands.h - the table of all commands, and what other programs read of it.  Main thread. */
#pragma once

#include "cli/command/command.h"

extern const struct command command_cases, command_check, command_config, command_export,
    command_import, command_init, command_nginx, command_schema, command_serve, command_show;

enum { CLI_COMMANDS = 22 };

/* All commands in the order of the help; NULL stands behind the last. */
extern const struct command *const cli_commands[CLI_COMMANDS + 1];

/* In the order of the options of serve. */
enum serve_option { SERVE_LISTEN };

/* The command of this name; NULL: there is none. */
const struct command *cli_find_command(const char *name);

/* --- completion.c, manual.c: the tables for other programs --- */

/* Print the completions for `shell`: bash, zsh or fish.  Returns the exit status. */
int completion_print(const char *shell);

/* Print the manual page of the command `name` as scdoc(1) reads it; NULL: of casecast itself.
 * Returns the exit status. */
int manual_print(const char *name);
