/* options.c - see options.h.  The C library's getopt_long() reads the command line. */
#include "cli/command/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum {
    NAMED = 256, /* what getopt_long() returns for row 0, by its name */
    ROWS_MAX = OPTIONS_MAX + N_COMMON,
};

const struct option_row options_common[] = {
    {'d', "db", "ADDRESS", "the database, in place of CASECAST_DB", NULL},
    {'j', "json", NULL, "prints one JSON object a line", NULL},
    {'q', "quiet", NULL, "prints what was asked for, no progress and no \"done\"", NULL},
    {0, "color", "WHEN", "colours: on a terminal, or as said here", "auto always never"},
    {0, NULL, NULL, NULL, NULL},
};

/* What getopt_long() wants to know, from the tables. */
struct forms {
    char letters[2 + 2 * ROWS_MAX + 1];
    struct option names[ROWS_MAX + 1];
    const struct option_row *rows[ROWS_MAX];
    int n, n_own; /* those of the command come first */
};

static void forms_add(struct forms *forms, const struct option_row *rows)
{
    for (; rows && rows->name; rows++) {
        char letter[] = {rows->letter, rows->letter && rows->argument ? ':' : '\0', '\0'};

        forms->names[forms->n] = (struct option){
            rows->name, rows->argument ? required_argument : no_argument, NULL, NAMED + forms->n};
        forms->rows[forms->n++] = rows;
        strcat(forms->letters, letter);
    }
}

static struct forms forms_of(const struct command *command)
{
    /* A missing argument is told apart; before the command, its name ends the options. */
    struct forms forms = {.letters = ":"};

    if (!command)
        strcpy(forms.letters, "+:");
    else
        forms_add(&forms, command->options);
    forms.n_own = forms.n;
    forms_add(&forms, options_common);
    return forms;
}

static int forms_find(const struct forms *forms, int answer)
{
    int i = 0;

    if (answer >= NAMED)
        return answer - NAMED;
    while (i < forms->n && forms->rows[i]->letter != answer)
        i++;
    return i;
}

/* The name that was meant by "--stat" or "--stta=x"; NULL: none is like it. */
static const char *forms_nearest(const struct forms *forms, const char *given)
{
    const char *known[ROWS_MAX + 2], *nearest;
    char *word;

    if (strncmp(given, "--", 2) != 0)
        return NULL;
    for (int i = 0; i < forms->n; i++)
        known[i] = forms->rows[i]->name;
    known[forms->n] = "help";
    known[forms->n + 1] = NULL;
    word = mem_copy_n(given + 2, strcspn(given + 2, "="));
    nearest = text_nearest(word, known);
    free(word);
    return nearest;
}

/* --st is the beginning of several. */
static bool forms_is_ambiguous(const struct forms *forms, const char *given)
{
    int n = 0;

    for (int i = 0; i < forms->n; i++)
        n += strncmp(given, "--", 2) == 0 &&
             strncmp(forms->rows[i]->name, given + 2, strcspn(given + 2, "=")) == 0;
    return n > 1;
}

static void options_refuse(
    const struct command *command, const struct forms *forms, int answer, const char *given)
{
    const char *name = command ? command->name : "", *space = command ? " " : "";
    const char *nearest = forms_nearest(forms, given);
    int row = forms_find(forms, optopt);

    if (answer == ':')
        cli_misused(command, "%.60s: needs a %s", given, forms->rows[row]->argument);
    else if (row < forms->n && optopt >= NAMED)
        cli_misused(command, "%.60s: takes no argument", given);
    else if (forms_is_ambiguous(forms, given))
        cli_misused(command, "%.60s: may be the beginning of several options", given);
    else if (nearest)
        cli_misused(command, "there is no option %.60s (did you mean --%s?)", given, nearest);
    else
        cli_misused(command, "there is no option %.60s; `casecast %s%s--help` lists them", given,
            name, space);
}

/* The table that getopt_long() fills; "done" is told apart from a mistake. */
static bool options_take(
    const struct command *command, int argc, char **argv, struct options *options)
{
    struct forms forms = forms_of(command);
    int answer;

    opterr = 0;
    optind = 0; /* begins anew, whatever was read before */
    while ((answer = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
        int row = forms_find(&forms, answer);
        const char **value;

        if (answer == '?' || answer == ':') {
            options_refuse(command, &forms, answer, argv[optind - 1]);
            return false;
        }
        value = row < forms.n_own ? &options->values[row] : &options->common[row - forms.n_own];
        *value = optarg ? optarg : "";
        if (!options_check_choice(command, forms.rows[row], *value))
            return false;
    }
    return true;
}

int options_read_common(int argc, char **argv, struct options *ret_options)
{
    *ret_options = (struct options){0};
    return options_take(NULL, argc, argv, ret_options) ? optind : -1;
}

bool options_read(const struct command *command, int argc, char **argv, struct options *options)
{
    if (!options_take(command, argc, argv, options))
        return false;
    options->rest = argv + optind;
    options->n_rest = argc - optind;
    return true;
}

/* --- choices --- */

enum { CHOICES_MAX = 8 };

/* "queued running" as words; the caller frees the first.  `known` ends with NULL. */
static void choices_split(const char *choices, const char *known[static CHOICES_MAX + 1])
{
    char *words = mem_copy(choices), *at = NULL;
    int n = 0;

    for (char *word = strtok_r(words, " ", &at); word && n < CHOICES_MAX;
         word = strtok_r(NULL, " ", &at))
        known[n++] = word;
    known[n] = NULL;
}

static void choices_refuse(const struct command *command, const struct option_row *row,
    const char *given, const char *const *known)
{
    const char *nearest = text_nearest(given, known);
    char all[200] = "";

    for (int i = 0; known[i]; i++) {
        size_t len = strlen(all);

        snprintf(all + len, sizeof all - len, "%s%s",
            i == 0         ? ""
            : known[i + 1] ? ", "
                           : " or ",
            known[i]);
    }
    cli_misused(command, "--%s %.60s: must be %s%s%s%s", row->name, given, all,
        nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

bool options_check_choice(
    const struct command *command, const struct option_row *row, const char *given)
{
    const char *known[CHOICES_MAX + 1];
    bool is_known = false;

    if (!row->choices)
        return true;
    choices_split(row->choices, known);
    for (int i = 0; known[i]; i++)
        is_known = is_known || strcmp(known[i], given) == 0;
    if (!is_known)
        choices_refuse(command, row, given, known);
    free((char *)known[0]);
    return is_known;
}

/* --- help --- */

void options_format(const struct option_row *row, char *text, size_t size)
{
    char letter[] = {'-', row->letter, ',', ' ', '\0'};

    snprintf(text, size, "%s--%s%s%s", row->letter ? letter : "", row->name,
        row->argument ? " " : "", row->argument ? row->argument : "");
}

void options_print(const struct option_row *rows, FILE *out)
{
    char shown[40];

    for (; rows && rows->name; rows++) {
        options_format(rows, shown, sizeof shown);
        fprintf(out, "  %s%-*s %s\n", rows->letter ? "" : "    ", rows->letter ? 26 : 22, shown,
            rows->help);
    }
}
