/* cli.c - finds the command, reads the settings, prints the help. */
#include "cli/cli.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/cli_private.h"
#include "cli/options.h"

static const struct command *const commands[] = {&command_create, &command_import, &command_cases,
    &command_jobs, &command_hooks, &command_machines, &command_cancel, &command_rm, &command_prune,
    &command_init, &command_check};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const char settings_help[] =
    "\nSettings come from the environment:\n"
    "  CASECAST_DB          the database: an SQLite file, or postgresql://… (casecast.db)\n"
    "  CASECAST_MEDIA_ROOT  the folder of pictures and sounds (.)\n"
    "  CASECAST_OUTPUT      the folder for the videos of `serve` (media)\n";

static void cli_print_usage(FILE *out)
{
    fputs("casecast turns a case in a database into a narrated video.\n\nusage: casecast COMMAND "
          "…\n\n",
        out);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %s%s%*s%s\n", commands[i]->name, commands[i]->arguments,
            24 - cli_width(commands[i]->name) - cli_width(commands[i]->arguments), "",
            commands[i]->summary);
    fprintf(out, "  %-24s%s\n\n`casecast COMMAND --help` describes one.\n", "serve",
        "answers nginx over FastCGI");
    fputs(settings_help, out);
}

static int cli_print_help(const struct command *command)
{
    printf("usage: casecast %s%s\n\n%s.\n%s", command->name, command->arguments, command->summary,
        command->help);
    if (command->options)
        options_print(command->options, stdout);
    return EXIT_DONE;
}

static int cli_run_command(const struct command *command, int argc, char **argv)
{
    struct config config;
    struct error err;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return cli_print_help(command);
    if (config_read(&config, &err) < 0)
        return cli_fail(&err);
    digest_init();
    return command->run(command, &config, argc, argv);
}

static int cli_unknown_command(const char *name)
{
    fprintf(
        stderr, "casecast: there is no command \"%.60s\"; `casecast --help` lists them\n", name);
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv, int (*serve)(int argc, char **argv))
{
    if (argc < 2) {
        cli_print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        cli_print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("casecast " CASECAST_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "serve") == 0)
        return serve(argc - 1, argv + 1);
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return cli_run_command(commands[i], argc - 1, argv + 1);
    return cli_unknown_command(argv[1]);
}

int cli_run(int argc, char **argv, int (*serve)(int argc, char **argv))
{
    int status = dispatch(argc, argv, serve);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("casecast: standard output");
        return EXIT_FAILED;
    }
    return status;
}
