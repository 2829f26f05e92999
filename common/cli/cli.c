/* cli.c - finds the command, reads the settings, and says how all of it is used. */
#include "cli/cli.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/cli_private.h"

static const struct command *const commands[] = {&command_create, &command_import, &command_cases,
    &command_jobs, &command_cancel, &command_init, &command_check};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const char settings_help[] =
    "\nSettings come from the environment:\n"
    "  CASECAST_DB          the database, an SQLite file (casecast.db)\n"
    "  CASECAST_MEDIA_ROOT  the folder that pictures and sounds lie in (.)\n"
    "  CASECAST_OUTPUT      the folder that `serve` puts finished videos in (media)\n";

int cli_fail(const struct error *err)
{
    fprintf(stderr, "casecast: %s\n", err->text);
    return EXIT_FAILED;
}

int cli_misused(const struct command *command, const char *fmt, ...)
{
    struct error err;
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    error_set(&err, ERR_INPUT, "%s: %s", command->name, text);
    cli_fail(&err);
    fprintf(stderr, "usage: casecast %s%s\n", command->name, command->arguments);
    return EXIT_USAGE;
}

int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err)
{
    if (access(config->database, F_OK) < 0)
        return error_set(err, ERR_INPUT,
            "%s: no database here; `casecast import FILE` makes one, or set CASECAST_DB to yours",
            config->database);
    return store_open_to_read(config->database, part, ret_store, err);
}

int cli_load_case(
    const struct config *config, const char *id, struct case_record **ret_record, struct error *err)
{
    struct store *store;
    int answer;

    if (case_id_check(id, err) < 0)
        return error_where(err, "case ");
    answer = cli_open_store(config, STORE_CASES, &store, err);
    if (answer < 0)
        return answer;
    answer = store_case_get(store, id, ret_record, err);
    store_close(store);
    if (answer == STORE_E_NOT_FOUND)
        return error_set(
            err, ERR_INPUT, "case %s not found; `casecast cases` lists what there is", id);
    return answer;
}

int cli_width(const char *text)
{
    /* A locale of our own: what a terminal shows does not depend on how this process was started.
     */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), old;
    mbstate_t state = {0};
    int width = 0;

    if (!utf8)
        return (int)text_chars(text);
    old = uselocale(utf8);
    for (wchar_t c; *text;) {
        size_t n = mbrtowc(&c, text, strlen(text), &state);

        if (n == 0 || n > 4)
            break;
        width += wcwidth(c) > 0 ? wcwidth(c) : 0;
        text += n;
    }
    uselocale(old);
    freelocale(utf8);
    return width;
}

static void print_usage(FILE *out)
{
    fputs("casecast turns a case in a database into a narrated video.\n\nusage: casecast COMMAND "
          "…\n\n",
        out);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %s%s%*s%s\n", commands[i]->name, commands[i]->arguments,
            24 - cli_width(commands[i]->name) - cli_width(commands[i]->arguments), "",
            commands[i]->summary);
    fprintf(out, "  %-24s%s\n\n`casecast COMMAND --help` tells more.\n", "serve",
        "answers nginx over FastCGI");
    fputs(settings_help, out);
}

static int print_help(const struct command *command)
{
    printf("usage: casecast %s%s\n\n%s.\n%s", command->name, command->arguments, command->summary,
        command->help);
    return EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct config config;
    struct error err;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help(command);
    if (config_read(&config, &err) < 0)
        return cli_fail(&err);
    digest_init();
    return command->run(command, &config, argc, argv);
}

static int unknown_command(const char *name)
{
    fprintf(
        stderr, "casecast: there is no command \"%.60s\"; `casecast --help` lists them\n", name);
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv, int (*serve)(int argc, char **argv))
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
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
            return run(commands[i], argc - 1, argv + 1);
    return unknown_command(argv[1]);
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
