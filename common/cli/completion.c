/* completion.c - `casecast --completion SHELL`: what a shell may complete, from the tables of
 * options.  A package saves the output where the shell looks for it. */
#include <string.h>

#include "cli/command/options.h"
#include "cli/commands.h"

/* What a shell offers where `argument` ("CASE", "[CASE]", "FILE…") is expected: a command that
 * prints one word a line, the same in all three shells; "": names of files; NULL: nothing. */
static const char *completion_source(const char *argument)
{
    if (strstr(argument, "FILE"))
        return "";
    if (strstr(argument, "CASE"))
        return "casecast cases 2>/dev/null | tail -n +2 | cut -d \" \" -f 1";
    if (strstr(argument, "JOB"))
        return "casecast jobs -n 100 2>/dev/null | tail -n +2 | cut -d \" \" -f 1";
    return NULL;
}

/* `text` between single quotes; `also` are characters that get a backslash in front. */
static void completion_quote(const char *text, const char *also)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            printf("%s%c", strchr(also, *text) ? "\\" : "", *text);
}

static const struct option_row *completion_rows(const struct command *command)
{
    static const struct option_row none[] = {{0, NULL, NULL, NULL, NULL}};

    return command->options ? command->options : none;
}

/* --- bash --- */

static const char bash_head[] =
    "# bash completion of casecast, made by `casecast --completion bash`\n"
    "_casecast_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\"); }\n"
    "_casecast_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
    "}\n"
    "_casecast() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    # --count=3 comes as three words\n"
    "    if [[ $word == = ]]; then word=''; fi\n"
    "    if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi\n";

static void bash_offer(const char *argument, const char *choices)
{
    const char *source = completion_source(argument);

    if (choices)
        printf("_casecast_words '%s'", choices);
    else if (source && *source)
        printf("_casecast_words \"$(%s)\"", source);
    else
        fputs(source ? "_casecast_files" : ":", stdout);
}

/* After an option that takes an argument. */
static void bash_print_options(const struct command *command)
{
    for (const struct option_row *row = completion_rows(command); row->name; row++) {
        if (!row->argument)
            continue;
        printf("    '%s --%s'", command->name, row->name);
        if (row->letter)
            printf(" | '%s -%c'", command->name, row->letter);
        fputs(") ", stdout);
        bash_offer(row->argument, row->choices);
        fputs(" ;;\n", stdout);
    }
}

/* The same behind every command. */
static void bash_print_common(const struct option_row *row)
{
    if (!row->argument)
        return;
    printf("    *' --%s'", row->name);
    if (row->letter)
        printf(" | *' -%c'", row->letter);
    fputs(") ", stdout);
    bash_offer(row->argument, row->choices);
    fputs(" ;;\n", stdout);
}

static void bash_print_command(const struct command *command)
{
    printf("    '%s -'*) _casecast_words '--help", command->name);
    for (const struct option_row *row = completion_rows(command); row->name; row++)
        printf(" --%s", row->name);
    for (const struct option_row *row = options_common; row->name; row++)
        printf(" --%s", row->name);
    printf("' ;;\n    '%s '*) ", command->name);
    bash_offer(command->arguments, NULL);
    fputs(" ;;\n", stdout);
}

static void bash_print(void)
{
    fputs(bash_head, stdout);
    fputs("    if ((COMP_CWORD == 1)); then\n        _casecast_words '--help --version", stdout);
    for (int i = 0; cli_commands[i]; i++)
        printf(" %s", cli_commands[i]->name);
    fputs("'\n        return\n    fi\n    case \"${COMP_WORDS[1]} $before\" in\n", stdout);
    for (int i = 0; cli_commands[i]; i++)
        bash_print_options(cli_commands[i]);
    for (const struct option_row *row = options_common; row->name; row++)
        bash_print_common(row);
    fputs("    *) case \"${COMP_WORDS[1]} $word\" in\n", stdout);
    for (int i = 0; cli_commands[i]; i++)
        bash_print_command(cli_commands[i]);
    fputs("    esac ;;\n    esac\n}\ncomplete -F _casecast casecast\n", stdout);
}

/* --- zsh --- */

static void zsh_print_source(const char *argument, const char *choices)
{
    const char *source = completion_source(argument);

    if (choices)
        printf("(%s)", choices);
    else if (source && *source)
        printf("{compadd -- ${(f)\"$(%s)\"}}", source);
    else if (source)
        fputs("_files", stdout);
    else
        fputc(' ', stdout); /* nothing, and not the names of files */
}

static void zsh_print_option(const struct option_row *row)
{
    const char *equals = row->argument ? "=" : "", *plus = row->argument ? "+" : "";

    if (row->letter)
        printf(" \\\n            '(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
            plus, row->name, equals);
    else
        printf(" \\\n            '--%s%s[", row->name, equals);
    completion_quote(row->help, "[]\\");
    fputc(']', stdout);
    if (row->argument) {
        printf(":%s:", row->argument);
        zsh_print_source(row->argument, row->choices);
    }
    fputc('\'', stdout);
}

static void zsh_print_command(const struct command *command)
{
    printf("        (%s) _arguments '(- *)'{-h,--help}'[describes the command]'", command->name);
    for (const struct option_row *row = completion_rows(command); row->name; row++)
        zsh_print_option(row);
    for (const struct option_row *row = options_common; row->name; row++)
        zsh_print_option(row);
    if (*command->arguments) {
        fputs(strstr(command->arguments, "…") ? " \\\n            '*:" : " \\\n            '1:",
            stdout);
        completion_quote(command->arguments, ":\\");
        fputc(':', stdout);
        zsh_print_source(command->arguments, NULL);
        fputc('\'', stdout);
    }
    fputs(" ;;\n", stdout);
}

static void zsh_print(void)
{
    fputs("#compdef casecast\n# zsh completion of casecast, made by `casecast --completion zsh`\n"
          "_casecast() {\n"
          "    local context state state_descr line\n    typeset -A opt_args\n"
          "    local -a commands=(\n",
        stdout);
    for (int i = 0; cli_commands[i]; i++) {
        printf("        '%s:", cli_commands[i]->name);
        completion_quote(cli_commands[i]->summary, ":\\");
        fputs("'\n", stdout);
    }
    fputs("    )\n"
          "    _arguments -C '(- *)'{-h,--help}'[lists the commands]' \\\n"
          "        '(- *)'{-V,--version}'[prints the version]' '1:command:->command' "
          "'*::argument:->argument'\n"
          "    case $state in\n"
          "    (command) _describe -t commands command commands ;;\n"
          "    (argument)\n        case $words[1] in\n",
        stdout);
    for (int i = 0; cli_commands[i]; i++)
        zsh_print_command(cli_commands[i]);
    fputs("        esac ;;\n    esac\n}\n_casecast \"$@\"\n", stdout);
}

/* --- fish --- */

/* In fish only \ and ' mean something between single quotes. */
static void fish_quote(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        printf("%s%c", strchr("'\\", *text) ? "\\" : "", *text);
    putchar('\'');
}

static void fish_offer(const char *argument, const char *choices)
{
    const char *source = completion_source(argument);

    if (choices)
        printf(" -a '%s'", choices);
    else if (source && *source)
        printf(" -a '(%s)'", source);
    else if (source)
        fputs(" -F", stdout);
}

/* `when`: the condition of fish; "": always. */
static void fish_print_option(const struct option_row *row, const char *when)
{
    printf("complete -c casecast%s -l %s", when, row->name);
    if (row->letter)
        printf(" -s %c", row->letter);
    if (row->argument) {
        fputs(strstr(row->argument, "FILE") ? " -r" : " -x", stdout);
        fish_offer(row->argument, row->choices);
    }
    fputs(" -d ", stdout);
    fish_quote(row->help);
    fputc('\n', stdout);
}

static void fish_print_command(const struct command *command)
{
    char when[80];

    printf("complete -c casecast -n __fish_use_subcommand -a %s -d ", command->name);
    fish_quote(command->summary);
    printf("\ncomplete -c casecast -n '__fish_seen_subcommand_from %s'", command->name);
    fish_offer(command->arguments, NULL);
    fputc('\n', stdout);
    snprintf(when, sizeof when, " -n '__fish_seen_subcommand_from %s'", command->name);
    for (const struct option_row *row = completion_rows(command); row->name; row++)
        fish_print_option(row, when);
}

static void fish_print(void)
{
    fputs("# fish completion of casecast, made by `casecast --completion fish`\n"
          "complete -c casecast -f\n"
          "complete -c casecast -s h -l help -d 'describes the command'\n"
          "complete -c casecast -n __fish_use_subcommand -s V -l version -d 'prints the version'\n",
        stdout);
    for (const struct option_row *row = options_common; row->name; row++)
        fish_print_option(row, "");
    for (int i = 0; cli_commands[i]; i++)
        fish_print_command(cli_commands[i]);
}

/* --- all --- */

int completion_print(const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash_print}, {"zsh", zsh_print}, {"fish", fish_print}};

    for (size_t i = 0; shell && i < sizeof shells / sizeof *shells; i++)
        if (strcmp(shell, shells[i].name) == 0) {
            shells[i].print();
            return EXIT_DONE;
        }
    fprintf(stderr, "casecast: --completion %.60s: must be bash, zsh or fish\n",
        shell ? shell : "\"\"");
    return EXIT_USAGE;
}
