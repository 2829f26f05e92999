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

    for (int i = 0; rows[i].name; i++) {
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

static void options_refuse(
    const struct command *command, const struct option_row *rows, int answer, const char *given)
{
    int i;

    if (answer != ':') {
        cli_misused(command, "there is no option %.60s; `casecast %s --help` lists them", given,
            command->name);
        return;
    }
    i = options_row(rows, optopt);
    cli_misused(command, "%.60s: needs a %s", given, rows[i].argument);
}

bool options_read(const struct command *command, const struct option_row *rows, int argc,
    char **argv, struct options *ret_options)
{
    struct forms forms = options_forms(rows);
    struct options options = {0};
    int answer;

    opterr = 0;
    optind = 0; /* begins anew, whatever was read before */
    while ((answer = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
        if (answer == '?' || answer == ':') {
            options_refuse(command, rows, answer, argv[optind - 1]);
            return false;
        }
        options.values[options_row(rows, answer)] = optarg ? optarg : "";
    }
    options.rest = argv + optind;
    options.n_rest = argc - optind;
    *ret_options = options;
    return true;
}

void options_print(const struct option_row *rows, FILE *out)
{
    char shown[40];

    fputc('\n', out);
    for (; rows->name; rows++) {
        snprintf(shown, sizeof shown, "%c%c%s --%s%s%s", rows->letter ? '-' : ' ',
            rows->letter ? rows->letter : ' ', rows->letter ? "," : " ", rows->name,
            rows->argument ? " " : "", rows->argument ? rows->argument : "");
        fprintf(out, "  %-22s %s\n", shown, rows->help);
    }
}
