/* commands.c - the table of all commands, and `serve`, which the caller of cli_run() runs. */
#include "cli/commands.h"

#include <string.h>

#include "cli/command/options.h"
#include "cli/create/create.h"
#include "cli/jobs/jobs.h"

/* --- serve --- */

static const struct option_row serve_options[] = {
    {'l', "listen", "ADDRESS", "opens a socket at this PATH or HOST:PORT", NULL},
    {0, NULL, NULL, NULL, NULL},
};

const struct command command_serve = {"serve", "", "answers nginx over FastCGI",
    "\nWithout --listen, descriptor 0 is the socket, as spawn-fcgi and systemd hand it over.\n",
    NULL, serve_options};

/* --- all --- */

const struct command *const cli_commands[CLI_COMMANDS + 1] = {&command_create, &command_still,
    &command_sheet, &command_import, &command_export, &command_cases, &command_show, &command_check,
    &command_jobs, &command_watch, &command_publish, &command_cancel, &command_retry, &command_rm,
    &command_prune, &command_hooks, &command_machines, &command_init, &command_config,
    &command_nginx, &command_schema, &command_serve, NULL};

const struct command *cli_find_command(const char *name)
{
    for (int i = 0; i < CLI_COMMANDS; i++)
        if (strcmp(name, cli_commands[i]->name) == 0)
            return cli_commands[i];
    return NULL;
}
