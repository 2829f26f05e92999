/* check_report.h - the lines of `casecast check`.  Main thread. */
#pragma once

#include <stdbool.h>

#include "cli/command/command.h"

/* "WORD  WHAT  TEXT", the first of them in a style. */
void check_print(enum term_style style, const char *word, const char *what, const char *text);

/* That `what` is there, with `text`; or that it is missing, with how to `mend` it, which adds 1 to
 * `*n_missing`. */
void check_report(
    bool is_there, const char *what, const char *text, const char *mend, int *n_missing);
