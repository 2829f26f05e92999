/* case_search.h - a search for words in the texts of cases.  Any thread.
 *
 * A word is found anywhere in a text, whether it is written large or small, in all scripts
 * (Unicode's full case folding); in compatibility forms, too (NFKC): "ｆｕｌｌ" is "full", and
 * "café" is the same with a combining accent.  Marks count: "cafe" does not find "café".  I is one
 * letter with and without its dot, because a text does not say whether it is Turkish.  What is not
 * seen (a soft hyphen, marks of direction) counts as nothing.  No locale has any influence. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CASE_QUERY_MAX = 100 }; /* characters */

struct case_search;

/* The words of `query`, which has white space between them, or nothing else: then every text is a
 * hit. -ERR_INPUT: it is too long, is not UTF-8 or holds a NUL.  The caller frees `*ret_search`. */
int case_search_new(
    const char *query, size_t len, struct case_search **ret_search, struct error *err);
void case_search_free(struct case_search *search); /* takes NULL */

/* Which words `text` holds: bit i is word i.  None, if it is not UTF-8. */
uint64_t case_search_words(const struct case_search *search, const char *text);
/* Are these all words? */
bool case_search_is_hit(const struct case_search *search, uint64_t words);
