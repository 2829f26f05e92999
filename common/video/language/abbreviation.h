/* abbreviation.h - full stops that end no sentence.  Any thread. */
#pragma once

#include <stdbool.h>

/* Does the full stop at `dot` in `text` (valid UTF-8) only say that a word is not written out: "Mr.
 * Smith", "J. R.", "z. B.", "т. е.", "No. 5"?  Whatever the language: what is short in one is no
 * word of another that often ends a sentence.  At the end of a paragraph it ends one all the same.
 */
bool abbreviation_is(const char *text, const char *dot);
