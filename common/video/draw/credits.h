/* credits.h - who made the pictures of a case.  Any thread. */
#pragma once

#include "case/case.h"

enum {
    CREDITS_LINES = 8, /* that stand at once on an end card */
};

/* Every credit of the case once, in the order of its scenes, a line each; NULL: there are none.
 * The caller frees it. */
char *credits_of(const struct case_record *record);

/* How long an end card with them must stand to be read; 0: the case wants none, or has none. */
int credits_ms(const struct case_record *record);
