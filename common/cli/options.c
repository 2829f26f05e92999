/* options.c - see options.h.  The C library's getopt_long() reads the command line. */
#include "cli/options.h"

#include <getopt.h>
#include <string.h>

enum { NAMED = 256 /* what getopt_long() returns for row 0, by its name */ };

/* What getopt_long() wants to know, from the table. */
struct forms {
    char letters[2 + 2 * OPTIONS_MAX + 1];
    struct option names[OPTIONS_MAX + 1];
};

static struct forms options_forms(const struct option_row *rows)
{
    struct forms forms = {.letters = ":"}; /* a missing argument is told apart */
    char *at = forms.letters + 1;

    for (int i = 0; rows && rows[i].name; i++) {
        forms.names[i] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, NAMED + i};
        if (rows[i].letter)
            *at++ = rows[i].letter;
        if (rows[i].letter && rows[i].argument)
            *at++ = ':';
    }
    return forms;
}

static int options_row(const struct option_row *rows, int answer)
{
    int i = 0;

    if (answer >= NAMED)
        return answer - NAMED;
    while (rows[i].name && rows[i].letter != answer)
        i++;
    return i;
}

static void options_refuse(const struct command *command, int answer, const char *given)
{
    if (answer == ':')
        cli_misused(command, "%.60s: needs a %s", given,
            command->options[options_row(command->options, optopt)].argument);
    else if (command->options)
        cli_misused(command, "there is no option %.60s; `casecast %s --help` lists them", given,
            command->name);
    else
        cli_misused(command, "takes no option, got %.60s", given);
}

bool options_read(const struct command *command, int argc, char **argv, struct options *ret_options)
{
    struct forms forms = options_forms(command->options);
    struct options options = {0};
    int answer;

    opterr = 0;
    optind = 0; /* begins anew, whatever was read before */
    while ((answer = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
        if (answer == '?' || answer == ':') {
            options_refuse(command, answer, argv[optind - 1]);
            return false;
        }
        options.values[options_row(command->options, answer)] = optarg ? optarg : "";
    }
    options.rest = argv + optind;
    options.n_rest = argc - optind;
    *ret_options = options;
    return true;
}

void options_format(const struct option_row *row, char *text, size_t size)
{
    char letter[] = {'-', row->letter, ',', ' ', '\0'};

    snprintf(text, size, "%s--%s%s%s", row->letter ? letter : "", row->name,
        row->argument ? " " : "", row->argument ? row->argument : "");
}

void options_print(const struct option_row *rows, FILE *out)
{
    char shown[40];

    fputc('\n', out);
    for (; rows->name; rows++) {
        options_format(rows, shown, sizeof shown);
        fprintf(out, "  %s%-*s %s\n", rows->letter ? "" : "    ", rows->letter ? 26 : 22, shown,
            rows->help);
    }
}
