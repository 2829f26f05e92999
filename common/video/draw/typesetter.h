/* typesetter.h - the process that sets text: casecast, started as one (fonts.h).  It has nothing of
 * casecast's: no database, no key, no folder, and of the environment what fontconfig reads.  One
 * thread. */
#pragma once

#include "base/buf.h"

/* Opens the fonts, seals the process as argv[2] says (seal.h), then answers questions until the
 * other side is gone.  Returns the exit status. */
int typesetter_main(char **argv);

/* --- its parts --- */

struct typesetter;

/* Opens the fonts and seals the process; once.  NULL: the kernel refuses what is required. */
struct typesetter *typesetter_open(char **argv);

/* Answers a question (fonts.h).  The caller frees `ret_answer`. */
void typesetter_answer(
    struct typesetter *typesetter, const struct buf *question, struct buf *ret_answer);
