/* typesetter.h - the process that sets text (fonts.h).  It has nothing of
 * casecast's: no database, no key, no folder, and of the environment what fontconfig reads.  One
 * thread. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

/* Opens the fonts, seals this process (seal.h), then answers questions until the other side is
 * gone.  Does not return. */
void typesetter_main(bool is_required);

/* --- its parts --- */

struct typesetter;

/* Opens the fonts and seals the process; once.  NULL: the kernel refuses what is required. */
struct typesetter *typesetter_open(bool is_required);

/* Answers a question (fonts.h).  The caller frees `ret_answer`. */
void typesetter_answer(
    struct typesetter *typesetter, const struct buf *question, struct buf *ret_answer);
