/* manual.c - `casecast --manual [COMMAND]`: manual pages as scdoc(1) reads them, from the tables of
 * commands and options.  The pages of formats (casecast-case(5) …) are made from the manuals. */
#include <string.h>

#include "cli/command/options.h"
#include "cli/commands.h"
#include "settings/settings.h"

/* `text` as it stands, whatever scdoc would take its characters for. */
static void manual_text(const char *text)
{
    bool begins = true;

    for (; *text; text++) {
        if (strchr("\\_*`", *text) || (begins && strchr("#-.|[];", *text)))
            putchar('\\');
        putchar(*text);
        begins = *text == '\n';
    }
}

static void manual_head(const char *name, const char *after, const char *summary)
{
    printf("%s%s%s(1)\n\n# NAME\n\n%s%s%s - ", name, *after ? "-" : "", after, name,
        *after ? "-" : "", after);
    manual_text(summary);
    fputs("\n\n# SYNOPSIS\n\n", stdout);
}

static void manual_option(const struct option_row *row)
{
    if (row->letter)
        printf("*-%c*, ", row->letter);
    printf("*--%s*", row->name);
    if (row->argument)
        printf(" _%s_", row->argument);
    fputs("\n\t", stdout);
    manual_text(row->help);
    if (row->choices)
        printf(". One of: %s.", row->choices);
    fputs("\n\n", stdout);
}

/* What every page ends with. */
static void manual_tail(void)
{
    fputs("# EXIT STATUS\n\n", stdout);
    for (const struct status_row *row = status_rows; row->text; row++) {
        printf("*%d*\n\t", row->status);
        manual_text(row->text);
        fputs("\n\n", stdout);
    }
    fputs("The numbers from 64 to 78 are those of sysexits.h. A signal ends a command with 128 and "
          "its number.\n\n"
          "# FILES\n\n_" SETTINGS_PATH "_\n\tthe settings: casecast.conf(5)\n\n",
        stdout);
}

static void manual_options(const struct option_row *rows)
{
    for (; rows && rows->name; rows++)
        manual_option(rows);
}

static void manual_command(const struct command *command)
{
    char usage[200];

    manual_head("casecast", command->name, command->summary);
    cli_format_usage(command, usage, sizeof usage);
    printf("*casecast %s*", command->name);
    manual_text(usage + strlen("casecast ") + strlen(command->name));
    fputs("\n\n# DESCRIPTION\n\n*casecast* ", stdout);
    printf("*%s* ", command->name);
    manual_text(command->summary);
    fputs(".\n", stdout);
    manual_text(command->help);
    fputs("\n# OPTIONS\n\n", stdout);
    manual_options(command->options);
    manual_options(options_common);
    fputs("*-h*, *--help*\n\tdescribes the command\n\n", stdout);
    manual_tail();
    fputs("# SEE ALSO\n\ncasecast(1), casecast.conf(5)\n", stdout);
}

static void manual_casecast(void)
{
    manual_head("casecast", "", "turns a case in a database into a narrated video");
    fputs(
        "*casecast* _COMMAND_ …++\n*casecast help* _COMMAND_++\n*casecast --version*\n\n"
        "# DESCRIPTION\n\n"
        "A case is a title and a list of scenes: a picture each, with a caption, a text to speak, "
        "or "
        "a sound file. *casecast serve* answers nginx over FastCGI: it makes the videos of cases, "
        "and streams to browsers what happens meanwhile. The other commands work in a terminal, "
        "with "
        "the same settings.\n\n# COMMANDS\n\n",
        stdout);
    for (int i = 0; cli_commands[i]; i++) {
        printf("*%s*", cli_commands[i]->name);
        if (*cli_commands[i]->arguments) {
            fputc(' ', stdout);
            manual_text(cli_commands[i]->arguments);
        }
        fputs("\n\t", stdout);
        manual_text(cli_commands[i]->summary);
        printf(": casecast-%s(1)\n\n", cli_commands[i]->name);
    }
    fputs("# OPTIONS\n\nThese stand before the command or behind it.\n\n", stdout);
    manual_options(options_common);
    manual_tail();
    fputs("# SEE ALSO\n\n", stdout);
    for (int i = 0; cli_commands[i]; i++)
        printf("casecast-%s(1), ", cli_commands[i]->name);
    fputs("casecast.conf(5), casecast-case(5), casecast-kind(5)\n", stdout);
}

int manual_print(const char *name)
{
    const struct command *command = name ? cli_find_command(name) : NULL;

    if (name && !command) {
        fprintf(stderr, "casecast: --manual %.60s: there is no such command\n", name);
        return EXIT_USAGE;
    }
    if (command)
        manual_command(command);
    else
        manual_casecast();
    return EXIT_DONE;
}
