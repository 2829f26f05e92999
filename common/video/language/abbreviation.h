/* abbreviation.h - full stops that end an abbreviation, not a sentence.
 *
 * Thread-safety: any thread. */
#pragma once

#include <stdbool.h>

/* Whether the full stop at `dot` in `text` (valid UTF-8) belongs to an abbreviation: "Mr. Smith",
 * "J. R.", "z. B.", "т. е.", "No. 5".  One list serves all languages: an abbreviation of one is not
 * a word of another that often ends a sentence.  At the end of a paragraph the answer is no. */
bool abbreviation_is(const char *text, const char *dot);
