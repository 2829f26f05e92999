/* check_report.c - see check_report.h. */
#include "cli/check_report.h"

#include <jansson.h>
#include <stdio.h>

void check_print(enum term_style style, const char *word, const char *what, const char *text)
{
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:s}", "finding", word, "what", what, "text", text));
    else
        printf("%s%-8s%s %-10s %s\n", term_on(stdout, style), word, term_off(stdout, style), what,
            text);
}

static void check_print_missing(const char *what, const char *text, const char *mend)
{
    if (term_is_json()) {
        term_print_json(json_pack("{s:s, s:s, s:s, s:s?}", "finding", "missing", "what", what,
            "text", text, "mend", mend));
        return;
    }
    check_print(TERM_BAD, "MISSING", what, text);
    printf("%-8s %-10s mend it: %s\n", "", "", mend);
}

void check_report(
    bool is_there, const char *what, const char *text, const char *mend, int *n_missing)
{
    if (is_there && !term_is_quiet())
        check_print(TERM_GOOD, "ok", what, text);
    if (is_there)
        return;
    check_print_missing(what, text, mend);
    ++*n_missing;
}
