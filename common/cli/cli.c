/* cli.c - finds the command, reads the settings, prints the help. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/command/options.h"
#include "cli/commands.h"
#include "cli/create/create.h"
#include "settings/settings.h"
#include "video/sealed/sealed.h"

static const char settings_help[] =
    "\nSettings come from the environment and from " SETTINGS_PATH "; `casecast config`\n"
    "lists all:\n"
    "  CASECAST_DB          the database: an SQLite file, or postgresql://… (casecast.db)\n"
    "  CASECAST_MEDIA_ROOT  the folder of pictures and sounds (.)\n"
    "  CASECAST_OUTPUT      the folder for the videos of `serve` (media)\n";

static void cli_print_usage(FILE *out)
{
    fputs("casecast turns a case in a database into a narrated video.\n\nusage: casecast COMMAND "
          "…\n\n",
        out);
    for (int i = 0; i < CLI_COMMANDS; i++)
        fprintf(out, "  %s %s%*s%s\n", cli_commands[i]->name, cli_commands[i]->arguments,
            16 - term_width(cli_commands[i]->name) - term_width(cli_commands[i]->arguments), "",
            cli_commands[i]->summary);
    fputs("\n`casecast help COMMAND` and `casecast COMMAND --help` describe one.  Every command "
          "takes:\n\n",
        out);
    options_print(options_common, out);
    fputs(settings_help, out);
}

static int cli_print_help(const struct command *command)
{
    char usage[200];

    cli_format_usage(command, usage, sizeof usage);
    printf("usage: %s\n\n%s.\n%s", usage, command->summary, command->help);
    fputc('\n', stdout);
    options_print(command->options, stdout);
    options_print(options_common, stdout);
    return EXIT_DONE;
}

/* What holds for the whole command: how it prints, and which database it works on. */
static void cli_set_common(const struct options *given)
{
    const char *color = given->common[COMMON_COLOR], *db = given->common[COMMON_DB];

    term_set(&(struct term_mode){.json = given->common[COMMON_JSON],
        .quiet = given->common[COMMON_QUIET],
        .color = !color || strcmp(color, "auto") == 0 ? TERM_AUTO
                 : strcmp(color, "always") == 0       ? TERM_ALWAYS
                                                      : TERM_NEVER});
    if (db)
        setenv("CASECAST_DB", db, 1);
}

static int cli_run_command(const struct command *command, int argc, char **argv,
    struct options given, int (*serve)(const char *where))
{
    struct config config;
    struct error err;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return cli_print_help(command);
    if (!options_read(command, argc, argv, &given))
        return EXIT_USAGE;
    if (given.common[COMMON_DB] && !*given.common[COMMON_DB])
        return cli_misused(command, "--db: which database?");
    cli_set_common(&given);
    if (!command->run)
        return cli_only_options(command, &given) == EXIT_DONE ? serve(given.values[SERVE_LISTEN])
                                                              : EXIT_USAGE;
    if (settings_read(&config, &err) < 0) {
        cli_fail(&err);
        return EXIT_CONFIG;
    }
    sealed_choose(config.seal);
    digest_init();
    return command->run(command, &config, &given);
}

static int cli_unknown_command(const char *name)
{
    const char *known[CLI_COMMANDS + 1] = {NULL}, *nearest;

    for (int i = 0; i < CLI_COMMANDS; i++)
        known[i] = cli_commands[i]->name;
    nearest = text_nearest(name, known);
    fprintf(stderr, "casecast: there is no command \"%.60s\"", name);
    if (nearest)
        fprintf(stderr, " (did you mean %s?)", nearest);
    fputs("; `casecast --help` lists them\n", stderr);
    return EXIT_USAGE;
}

static int cli_help(const char *name)
{
    if (!name) {
        cli_print_usage(stdout);
        return EXIT_DONE;
    }
    return cli_find_command(name) ? cli_print_help(cli_find_command(name))
                                  : cli_unknown_command(name);
}

static int cli_version(const char *unused)
{
    (void)unused;
    puts("casecast " CASECAST_VERSION);
    return EXIT_DONE;
}

/* What is no command: run with the next argument, or NULL.  The last two are for packages. */
static const struct {
    const char *name;
    int (*run)(const char *argument);
} cli_words[] = {{"--help", cli_help}, {"-h", cli_help}, {"help", cli_help},
    {"--version", cli_version}, {"-V", cli_version}, {"--completion", completion_print},
    {"--manual", manual_print}};

static int dispatch(int argc, char **argv, int (*serve)(const char *where))
{
    const struct command *command;
    struct options given;
    int at;

    if (argc < 2) {
        cli_print_usage(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof cli_words / sizeof *cli_words; i++)
        if (strcmp(argv[1], cli_words[i].name) == 0)
            return cli_words[i].run(argv[2]);
    at = options_read_common(argc, argv, &given);
    if (at < 0)
        return EXIT_USAGE;
    if (at == argc)
        return cli_misused(NULL, "which command? `casecast --help` lists them");
    if (strcmp(argv[at], "help") == 0)
        return cli_help(argv[at + 1]);
    command = cli_find_command(argv[at]);
    return command ? cli_run_command(command, argc - at, argv + at, given, serve)
                   : cli_unknown_command(argv[at]);
}

int cli_run(int argc, char **argv, int (*serve)(const char *where))
{
    int status = dispatch(argc, argv, serve);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("casecast: standard output");
        return EXIT_IO;
    }
    return status;
}

/* Whoever names a database "create" waits a moment longer, and no harm is done. */
bool cli_makes_videos(int argc, char **argv)
{
    const struct command *command = NULL;

    for (int i = 1; i < argc && !command; i++)
        command = cli_find_command(argv[i]);
    return command == &command_serve || command == &command_create;
}
