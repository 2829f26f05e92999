/* credits.h - the credits of a case's pictures.  Thread-safety: any thread, pure. */
#pragma once

#include "case/case.h"

enum {
    CREDITS_LINES = 8, /* on one page of the end card */
};

/* Every credit of the case once, in the order of its scenes, one a line; NULL if there are none.
 * The caller frees it. */
char *credits_of(const struct case_record *record);

/* How long the end card must stand to be read, ms; 0 if the case wants no end card or has no
 * credits. */
int credits_ms(const struct case_record *record);
